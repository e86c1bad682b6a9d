/** The rows of a tree that is partly open, and where its keys go. Pure. */

export interface Folder {
  path: string;
  name: string;
  mountCount: number;
}

export interface TreeRow extends Folder {
  level: number;
  /** Place among its siblings, from 1, and how many they are. */
  position: number;
  siblings: number;
  isOpen: boolean;
  /** Nothing is known to be inside. */
  isLeaf: boolean;
  /** Its inside was asked for and is not here yet. */
  isWaited: boolean;
}

/** `undefined`: not asked or not here yet. */
export type ChildrenOf = (path: string) => readonly Folder[] | undefined;

export function treeRows(top: Folder, childrenOf: ChildrenOf, opened: ReadonlySet<string>): TreeRow[] {
  const rows: TreeRow[] = [];
  const add = (folder: Folder, level: number, position: number, siblings: number): void => {
    const inside = childrenOf(folder.path);
    const isLeaf = inside?.length === 0;
    const isOpen = opened.has(folder.path) && !isLeaf;
    rows.push({ ...folder, level, position, siblings, isOpen, isLeaf, isWaited: isOpen && inside === undefined });
    if (isOpen) inside?.forEach((child, at) => add(child, level + 1, at + 1, inside.length));
  };
  add(top, 1, 1, 1);
  return rows;
}

/** The folder itself and all above it: what must be open for it to be seen. */
export function wayTo(path: string): string[] {
  const names = path.split("/").filter(Boolean);
  return ["/", ...names.map((_, at) => `/${names.slice(0, at + 1).join("/")}`)];
}

export type TreeStep = { kind: "open" | "fold"; path: string } | { kind: "go"; at: number };

/** What ← and → do on a row, as in every tree. */
export function sideways(key: string, rows: readonly TreeRow[], at: number): TreeStep | null {
  const row = rows[at];
  if (!row) return null;
  if (key === "ArrowRight") {
    if (row.isLeaf) return null;
    if (!row.isOpen) return { kind: "open", path: row.path };
    return (rows[at + 1]?.level ?? 0) > row.level ? { kind: "go", at: at + 1 } : null;
  }
  if (key !== "ArrowLeft") return null;
  if (row.isOpen) return { kind: "fold", path: row.path };
  const above = rows.findLastIndex((one, index) => index < at && one.level < row.level);
  return above < 0 ? null : { kind: "go", at: above };
}
