/** The head of a table, which stays in sight; a click on a name puts the rows in its order. */
import { ArrowDown, ArrowUp } from "lucide-react";
import { memo, type ReactNode } from "react";
import { classes } from "@/lib/classes";
import { common } from "@/lib/text/everywhere";
import type { Column, Sort } from "./column";

export interface HeadProps<Row> {
  columns: readonly Column<Row>[];
  sort: Sort | undefined;
  onSort: ((sort: Sort) => void) | undefined;
  tracks: string;
}

/** Rows come and go under it without its being drawn again. */
export const TableHead = memo(Head) as typeof Head;

function Head<Row>({ columns, sort, onSort, tracks }: HeadProps<Row>): ReactNode {
  return (
    <div role="rowgroup" className="sticky top-0 z-10 border-b bg-panel">
      <div role="row" aria-rowindex={1} className="grid h-9 items-center" style={{ gridTemplateColumns: tracks }}>
        {columns.map(({ id, header, canSort, isRight }) => {
          const isSorted = sort?.column === id;
          const Arrow = sort?.isDescending ? ArrowDown : ArrowUp;
          return (
            <div
              key={id}
              role="columnheader"
              aria-sort={isSorted ? (sort.isDescending ? "descending" : "ascending") : undefined}
              className={classes("flex min-w-0 items-center px-4 text-12 font-medium text-muted", isRight && "justify-end")}
            >
              {canSort && onSort ? (
                <button
                  type="button"
                  title={common.sortBy(header)}
                  onClick={() => onSort({ column: id, isDescending: isSorted && !sort.isDescending })}
                  className={classes("inline-flex min-h-6 items-center gap-1 truncate hover:text-ink", isRight && "flex-row-reverse", isSorted && "text-ink")}
                >
                  {header}
                  {isSorted && <Arrow className="size-3.5 shrink-0" strokeWidth={1.5} aria-hidden="true" />}
                </button>
              ) : (
                <span className="truncate">{header}</span>
              )}
            </div>
          );
        })}
      </div>
    </div>
  );
}
