/** How the entries of a directory are put in order and narrowed when all of them are here. Pure. */
import type { Schema } from "@/api/schemas";

export type Entry = Schema<"Entry">;

export const columns = ["name", "size", "mtime", "owner"] as const;
export type SortColumn = (typeof columns)[number];

export interface Order {
  column: SortColumn;
  isDescending: boolean;
}

export const byName: Order = { column: "name", isDescending: false };

const natural = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

function compare(column: SortColumn, one: Entry, other: Entry, nameOf: (nodeId: string) => string): number {
  if (column === "size") return one.size - other.size;
  if (column === "mtime") return (one.mtime ?? "").localeCompare(other.mtime ?? "");
  if (column === "owner") return natural.compare(nameOf(one.node_id ?? ""), nameOf(other.node_id ?? ""));
  return 0;
}

/** Directories first whatever the order; equal ones by name, in natural order without regard to case. */
export function inOrder(entries: readonly Entry[], { column, isDescending }: Order, nameOf: (nodeId: string) => string): Entry[] {
  const sign = isDescending ? -1 : 1;
  return [...entries].sort((one, other) => {
    if (one.kind !== other.kind) return one.kind === "directory" ? -1 : 1;
    const by = one.kind === "directory" && column === "size" ? 0 : compare(column, one, other, nameOf);
    const names = natural.compare(one.name, other.name) || (one.name < other.name ? -1 : 1);
    return by ? by * sign : names * (column === "name" ? sign : 1);
  });
}

export function narrowed(entries: readonly Entry[], filter: string): readonly Entry[] {
  const wanted = filter.trim().toLowerCase();
  return wanted ? entries.filter(({ name }) => name.toLowerCase().includes(wanted)) : entries;
}

/** As it stands in an address: `-size`. */
export function orderOf(text: unknown): Order {
  const found = columns.find((one) => String(text).replace(/^-/, "") === one);
  return found ? { column: found, isDescending: String(text).startsWith("-") } : byName;
}

export function orderText({ column, isDescending }: Order): string | undefined {
  const text = `${isDescending ? "-" : ""}${column}`;
  return text === "name" ? undefined : text;
}
