/** A long table: sticky head, sorting, keyboard, selection; two-line rows on a phone. At most some dozen rows exist. */
import { type CSSProperties, type KeyboardEvent, type MouseEvent, type ReactNode, type RefObject, useLayoutEffect, useRef } from "react";
import { classes } from "@/lib/classes";
import { useIsPhone, useRowHeight } from "@/lib/media";
import { useWidth } from "@/lib/width";
import type { MenuEntry } from "@/parts/ui/menu";
import { type Column, type Sort, widthOf } from "./column";
import { LinesMenu } from "./lines-menu";
import type { News } from "./news";
import { NewsPill } from "./news-pill";
import type { Selection } from "./selection";
import { TableHead } from "./table-head";
import { type LineActs, type PhoneRow, TableLine } from "./table-line";
import { useRows } from "./virtual-rows";

export interface VirtualTableProps<Row> {
  label: string;
  count: number;
  /** `undefined`: not loaded yet; bones stand in its place. */
  rowAt: (at: number) => Row | undefined;
  /** Keep it stable (`useCallback`), new only when rows change. */
  keyAt: (at: number) => string | undefined;
  /** Keep them stable, or every row is drawn again. */
  columns: readonly Column<Row>[];
  sort?: Sort | undefined;
  onSort?: (sort: Sort) => void;
  selection?: Selection | undefined;
  onOpen?: (row: Row, at: number) => void;
  /** Keys of the page: `Space`, `l`, `d`, `i`, Backspace. Return true when one was meant. */
  onKey?: (event: KeyboardEvent, row: Row | undefined) => boolean;
  menu?: (row: Row, at: number) => readonly MenuEntry[];
  onRange?: (from: number, to: number) => void;
  /** In two lines, where the columns have no room. */
  phoneRow?: (row: Row, at: number) => ReactNode;
  isCurrent?: (row: Row) => boolean;
  /** Where rows unfold others below them: which level a row is on, and whether it is unfolded if it can be. */
  branchOf?: ((row: Row) => { level: number; isUnfolded: boolean | undefined }) | undefined;
  /** Of `useNews`, for a list in which others write too. */
  news?: News | undefined;
  className?: string;
}

const phoneHeight = 60;

export function VirtualTable<Row>(props: VirtualTableProps<Row>): ReactNode {
  const { label, count, rowAt, keyAt, columns, selection, onOpen, onKey, onRange, className, phoneRow, isCurrent } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const isPhone = useIsPhone() && phoneRow !== undefined;
  const width = useWidth(scroller);
  const hasTwoLines = isPhone || (phoneRow !== undefined && width > 0 && width < widthOf(columns));
  const height = useRowHeight();
  const rowHeight = hasTwoLines ? phoneHeight : height;
  const rows = useRows({ count, rowHeight, keyAt, scroller, onRange });
  const tracks = hasTwoLines ? "minmax(0,1fr)" : columns.map(({ width }) => width).join(" ");
  const actsRef = useLatest<LineActs>({
    mount: (at, element) => rows.mounts(at)(element),
    focus: rows.setActive,
    press: (at, event) => {
      rows.setActive(at);
      // The browser has marked the text between the two clicks.
      if (event.shiftKey) document.getSelection()?.removeAllRanges();
      if (!isControl(event)) selection?.press(at, { isRange: event.shiftKey, isMore: event.metaKey || event.ctrlKey });
      if (!selection || isPhone) open(at, event);
    },
    open: (at, event) => {
      if (selection && !isPhone) open(at, event);
    },
  });
  const open = (at: number, event: MouseEvent): void => {
    const row = rowAt(at);
    if (row !== undefined && !isControl(event)) onOpen?.(row, at);
  };
  const keyed = (event: KeyboardEvent): void => {
    const row = rowAt(rows.active);
    if (event.target instanceof HTMLInputElement) return;
    if (rows.move(event)) {
      if (event.shiftKey) selection?.press(rows.active + (event.key === "ArrowUp" ? -1 : 1), { isRange: true, isMore: false });
    } else if (event.key === "Enter" && row !== undefined && event.target === event.currentTarget.ownerDocument.activeElement) {
      onOpen?.(row, rows.active);
    } else if (event.key.toLowerCase() === "a" && (event.ctrlKey || event.metaKey) && selection) {
      event.preventDefault();
      selection.all();
    } else if (event.key === "Escape" && selection && selection.keys.size > 0) {
      event.stopPropagation();
      selection.clear();
    } else if (onKey?.(event, row)) event.preventDefault();
  };

  return (
    <div ref={scroller} className={classes("min-h-0 flex-1 overflow-auto", className)}>
      {props.news && <NewsPill news={props.news} scroller={scroller} rowHeight={rowHeight} onShow={() => rows.goTo(0)} />}
      {/* The grid hears the keys of its rows, which hold the focus. */}
      {/* eslint-disable-next-line jsx-a11y/no-static-element-interactions */}
      <div
        role={props.branchOf ? "treegrid" : "grid"}
        aria-label={label}
        aria-rowcount={count + 1}
        aria-colcount={hasTwoLines ? 1 : columns.length}
        aria-multiselectable={selection ? true : undefined}
        onKeyDown={keyed}
        className="min-w-full"
      >
        {hasTwoLines ? null : <TableHead columns={columns} sort={props.sort} onSort={props.onSort} tracks={tracks} />}
        <LinesMenu menu={props.menu} rowAt={rowAt}>
          <div role="rowgroup" className={classes("relative", rows.isFlying && "passing-rows")} style={{ height: rows.virtual.getTotalSize(), "--passing": `${rowHeight}px` } as CSSProperties}>
            {rows.virtual.getVirtualItems().map(({ index, start }) => {
              const row = rowAt(index);
              const branch = row === undefined ? undefined : props.branchOf?.(row);
              const isSelected = selection?.keys.has(keyAt(index) ?? "") ?? false;
              return (
                <TableLine
                  key={keyAt(index) ?? `at-${index}`}
                  row={row}
                  at={index}
                  top={start}
                  height={rowHeight}
                  tracks={tracks}
                  columns={columns as readonly Column<unknown>[]}
                  phoneRow={hasTwoLines ? (phoneRow as PhoneRow) : undefined}
                  level={branch?.level}
                  isUnfolded={branch?.isUnfolded}
                  isActive={index === rows.active}
                  isSelected={selection ? isSelected : undefined}
                  isShown={row !== undefined && (isSelected || isCurrent?.(row) === true)}
                  actsRef={actsRef}
                />
              );
            })}
          </div>
        </LinesMenu>
      </div>
    </div>
  );
}

/** Always the newest functions behind one object, so that rows that did not change are not drawn again. */
function useLatest<T extends object>(acts: T): RefObject<T> {
  const latest = useRef(acts);
  useLayoutEffect(() => {
    latest.current = acts;
  });
  return latest;
}

/** What acts by itself does not select or open its row. */
function isControl(event: MouseEvent): boolean {
  const control = (event.target as Element).closest("a,button,input,select,textarea,[role=switch],[role=checkbox]");
  return control !== null;
}
