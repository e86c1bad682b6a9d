/** Which folders on nodes lie behind a directory. Pure. */
import type { Schema } from "@/api/schemas";

export interface SourceFolder {
  /** `*`: every node. */
  nodeId: string;
  /** Ends with a slash. */
  prefix: string;
}

type Mount = Schema<"Mount">;

function joined(...parts: readonly string[]): string {
  return `/${parts.flatMap((part) => part.split("/")).filter(Boolean).join("/")}/`.replace("//", "/");
}

/** The folder that a mount shows `inside` its directory (`docs/work`, or nothing for the directory itself). */
function folderOf({ source, source_prefix, strategy }: Mount, inside: string): SourceFolder | null {
  if (!source.node_id || !source.export_path) return null;
  if (strategy === "flatten") return inside ? null : { nodeId: source.node_id, prefix: joined(source.export_path) };
  if (strategy === "mirror_source") return { nodeId: source.node_id, prefix: joined(inside || source.export_path) };
  const folder = joined(source_prefix ?? source.export_path, inside);
  const top = joined(source.export_path);
  if (top.startsWith(folder)) return { nodeId: source.node_id, prefix: top };
  return folder.startsWith(top) ? { nodeId: source.node_id, prefix: folder } : null;
}

export function sourceFolders(mounts: readonly Mount[], inside: string): SourceFolder[] {
  const found = mounts.map((mount) => folderOf(mount, inside)).filter((one) => one !== null);
  return found.filter((one, at) => found.findIndex(({ nodeId, prefix }) => nodeId === one.nodeId && prefix === one.prefix) === at);
}
