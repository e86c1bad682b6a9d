/** Nodes with trouble first, then by name. Pure. */
import type { Documents } from "@/lib/documents";

const order = { offline: 0, degraded: 1, online: 2, disabled: 3 };

export function byTrouble(all: readonly Documents["node"][]): readonly Documents["node"][] {
  return [...all].sort(
    (one, other) => order[one.status] - order[other.status] || one.friendly_name.localeCompare(other.friendly_name),
  );
}

export interface Fill {
  used: number;
  capacity: number;
}

/** All disks of a node together; null where it reports none. */
export function fillOf({ storage }: Pick<Documents["node"], "storage">): Fill | null {
  if (!storage || storage.length === 0) return null;
  return {
    used: storage.reduce((sum, { used_bytes }) => sum + used_bytes, 0),
    capacity: storage.reduce((sum, { capacity_bytes }) => sum + capacity_bytes, 0),
  };
}
