/** A long list without columns: the same window, keyboard and steadiness as the table. */
import { type CSSProperties, type KeyboardEvent, type ReactNode, useRef } from "react";
import { classes } from "@/lib/classes";
import { useRows } from "./virtual-rows";

export interface VirtualListProps<Row> {
  label: string;
  count: number;
  rowAt: (at: number) => Row | undefined;
  keyAt: (at: number) => string | undefined;
  rowHeight: number;
  children: (row: Row, at: number) => ReactNode;
  onOpen?: (row: Row, at: number) => void;
  onRange?: (from: number, to: number) => void;
  className?: string;
}

export function VirtualList<Row>({ label, count, rowAt, keyAt, rowHeight, children, onOpen, onRange, className }: VirtualListProps<Row>): ReactNode {
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useRows({ count, rowHeight, keyAt, scroller, onRange });
  const keyed = (event: KeyboardEvent): void => {
    if (rows.move(event)) return;
    const row = rowAt(rows.active);
    if (event.key === "Enter" && row !== undefined) onOpen?.(row, rows.active);
  };
  return (
    <div ref={scroller} className={classes("min-h-0 flex-1 overflow-auto", className)}>
      {/* The list hears the keys of its rows, which hold the focus. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions */}
      <div role="list" aria-label={label} onKeyDown={keyed} className={classes("relative", rows.isFlying && "passing-rows")} style={{ height: rows.virtual.getTotalSize(), "--passing": `${rowHeight}px` } as CSSProperties}>
        {rows.virtual.getVirtualItems().map(({ index, start }) => {
          const row = rowAt(index);
          return (
            // Rows take the focus, one at a time.
            // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
            <div
              key={keyAt(index) ?? `at-${index}`}
              ref={rows.mounts(index)}
              role="listitem"
              aria-setsize={count}
              aria-posinset={index + 1}
              tabIndex={index === rows.active ? 0 : -1}
              onFocus={() => rows.setActive(index)}
              style={{ height: rowHeight, transform: `translateY(${start}px)` }}
              className="absolute inset-x-0 top-0 focus-visible:-outline-offset-2"
            >
              {row !== undefined && children(row, index)}
            </div>
          );
        })}
      </div>
    </div>
  );
}
