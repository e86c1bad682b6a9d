/** One row of a table. It is drawn again only when something of its own changed. */
import { memo, type MouseEvent, type ReactNode, type RefObject, useCallback } from "react";
import { classes } from "@/lib/classes";
import { Skeleton } from "@/parts/states/skeleton";
import type { Column } from "./column";

export interface LineActs {
  mount: (at: number, element: HTMLElement | null) => void;
  focus: (at: number) => void;
  press: (at: number, event: MouseEvent) => void;
  open: (at: number, event: MouseEvent) => void;
}

export type PhoneRow = (row: unknown, at: number) => ReactNode;

export interface TableLineProps {
  row: unknown;
  at: number;
  top: number;
  height: number;
  tracks: string;
  columns: readonly Column<unknown>[];
  phoneRow: PhoneRow | undefined;
  level: number | undefined;
  isUnfolded: boolean | undefined;
  isActive: boolean;
  isSelected: boolean | undefined;
  isShown: boolean;
  actsRef: RefObject<LineActs>;
}

export const TableLine = memo(function TableLine({ row, at, top, height, tracks, columns, phoneRow, level, isUnfolded, isActive, isSelected, isShown, actsRef }: TableLineProps): ReactNode {
  const mount = useCallback((element: HTMLElement | null) => actsRef.current.mount(at, element), [actsRef, at]);
  return (
    // Keys are heard by the grid around it.
    // eslint-disable-next-line jsx-a11y/click-events-have-key-events
    <div
      ref={mount}
      role="row"
      aria-rowindex={at + 2}
      aria-level={level}
      aria-expanded={isUnfolded}
      aria-selected={isSelected}
      data-selected={isShown}
      tabIndex={isActive ? 0 : -1}
      onFocus={() => actsRef.current.focus(at)}
      onClick={(event) => actsRef.current.press(at, event)}
      onDoubleClick={(event) => actsRef.current.open(at, event)}
      style={{ height, gridTemplateColumns: tracks, transform: `translateY(${top}px)` }}
      className="group absolute inset-x-0 top-0 grid items-center text-13 hover:bg-raised focus-visible:-outline-offset-2 data-[selected=true]:bg-accent-soft"
    >
      {row === undefined ? (
        <div role="gridcell" className="px-4">
          <Skeleton className="h-3 w-48" />
        </div>
      ) : phoneRow ? (
        <div role="gridcell" className="min-w-0 px-4">
          {phoneRow(row, at)}
        </div>
      ) : (
        columns.map(({ id, cell, isRight }) => (
          <div key={id} role="gridcell" className={classes("flex min-w-0 items-center gap-2 px-4", isRight && "tabular justify-end text-right")}>
            {cell(row, at)}
          </div>
        ))
      )}
    </div>
  );
});
