/** Nodes and cloud accounts as rows of one table. Pure. */
import type { Schema } from "@/api/schemas";
import { share } from "@/lib/sizes";
import type { UsageSort } from "./routes";

export interface Fill {
  id: string;
  kind: "node" | "service";
  /** The node itself, or the one that hosts the service. */
  nodeId: string;
  name: string;
  used: number;
  /** null: it is billed by use, or does not tell. */
  capacity: number | null;
  available: number | null;
  detail: string;
  isApproximate: boolean;
}

export interface Known {
  names: ReadonlyMap<string, string>;
  /** Type of a backend by its name. */
  types: ReadonlyMap<string, string>;
}

export function fillsOf({ nodes, backends }: Schema<"StorageOfAll">, { names, types }: Known): readonly Fill[] {
  const ofNodes = nodes.map(({ node_id, capacity_bytes, used_bytes, available_bytes, filesystems }): Fill => {
    const isKnown = filesystems.length > 0;
    return {
      id: `node ${node_id}`,
      kind: "node",
      nodeId: node_id,
      name: names.get(node_id) ?? node_id,
      used: used_bytes,
      capacity: isKnown ? capacity_bytes : null,
      available: isKnown ? available_bytes : null,
      detail: filesystems.map(({ mount_point }) => mount_point).join(", "),
      isApproximate: false,
    };
  });
  const ofServices = backends.map(({ backend, node_id, used_bytes, quota_bytes }): Fill => {
    const type = types.get(backend) ?? "";
    return {
      id: `service ${backend}`,
      kind: "service",
      nodeId: node_id,
      name: backend,
      used: used_bytes,
      capacity: quota_bytes,
      available: quota_bytes === null ? null : Math.max(0, quota_bytes - used_bytes),
      detail: type,
      isApproximate: type.startsWith("icloud"),
    };
  });
  return [...ofNodes, ...ofServices];
}

/** What is not known comes last, either way. */
export function sorted(fills: readonly Fill[], sort: UsageSort): readonly Fill[] {
  const isDescending = sort.startsWith("-");
  const column = sort.replace("-", "") as "name" | "share" | "capacity" | "used" | "available";
  const byName = (one: Fill, other: Fill): number => one.name.localeCompare(other.name);
  if (column === "name") return [...fills].sort((one, other) => (isDescending ? -byName(one, other) : byName(one, other)));
  const value = (fill: Fill): number | null => (column === "share" ? (fill.capacity === null ? null : share(fill.used, fill.capacity)) : fill[column]);
  return [...fills].sort((one, other) => {
    const [first, second] = [value(one), value(other)];
    if (first === null || second === null) return Number(first === null) - Number(second === null) || byName(one, other);
    return (isDescending ? second - first : first - second) || byName(one, other);
  });
}
