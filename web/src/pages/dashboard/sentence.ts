/** One line for what happened: sums of changes are counted, ids of nodes become their names. Pure. */
import type { Schema } from "@/api/schemas";
import { counted, plural } from "@/lib/sizes";

export function sentenceOf(deed: Schema<"Deed">, names: ReadonlyMap<string, string>): string {
  if (deed.kind === "changes" && deed.path && deed.counts) return `${changes(deed.counts)} in ${deed.path}`;
  const name = deed.node_id ? names.get(deed.node_id) : undefined;
  return deed.node_id && name ? deed.title.replace(deed.node_id, () => name) : deed.title;
}

/** `1,204 files added, 3 changed`. */
function changes({ added = 0, modified = 0, deleted = 0 }: Record<string, number>): string {
  const parts: [number, string][] = [
    [added, "added"],
    [modified, "changed"],
    [deleted, "removed"],
  ];
  const told = parts.filter(([count]) => count > 0);
  return told.map(([count, verb], at) => (at === 0 ? `${plural(count, "file")} ${verb}` : `${counted(count)} ${verb}`)).join(", ");
}
