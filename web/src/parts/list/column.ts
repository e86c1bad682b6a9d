/** What a table is told of its columns. */
import type { ReactNode } from "react";

export interface Column<Row> {
  id: string;
  header: string;
  cell: (row: Row, at: number) => ReactNode;
  /** A track of the grid: `minmax(0,1fr)`, `96px`. */
  width: string;
  isRight?: boolean;
  canSort?: boolean;
}

export interface Sort {
  column: string;
  isDescending: boolean;
}

const least = 120;

/** What the columns need: one that may shrink to nothing can still not be read then. */
export function widthOf(columns: readonly Pick<Column<never>, "width">[]): number {
  return columns.reduce((sum, { width }) => sum + Math.max(width.startsWith("minmax") ? least : 0, Number.parseInt(width.replace("minmax(", ""), 10)), 0);
}
