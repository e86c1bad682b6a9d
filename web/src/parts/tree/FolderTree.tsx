/** Directories as a tree: keys as in every tree, some dozen rows however many there are. */
import { ChevronRight } from "lucide-react";
import { type KeyboardEvent, type ReactNode, useCallback, useRef, useState } from "react";
import { classes } from "@/lib/classes";
import { useRowHeight } from "@/lib/media";
import { tree as text } from "@/lib/text/tree";
import { visible } from "@/lib/visible";
import { useRows } from "@/parts/list/virtual-rows";
import { Failure, SkeletonRows } from "@/parts/states";
import { FileIcon } from "@/parts/things";
import { ContextMenu } from "@/parts/ui/context-menu";
import type { MenuEntry } from "@/parts/ui/menu";
import { foldFolder, openFolder, useFolders } from "./folders";
import { sideways, type TreeRow } from "./tree-rows";

export interface FolderTreeProps {
  label: string;
  current: string;
  onGo: (path: string) => void;
  /** Muted at the right of a row. */
  note?: (row: TreeRow) => string | null;
  menu?: (row: TreeRow) => readonly MenuEntry[];
  /** What the top is called. */
  top: string;
}

export function FolderTree(props: FolderTreeProps): ReactNode {
  const { rows, error, retry } = useFolders(props.current);
  if (!rows) return error ? <Failure what={props.label} error={error} onRetry={retry} /> : <SkeletonRows count={6} />;
  return <Rows {...props} rows={rows} />;
}

function Rows({ rows, label, current, onGo, note, menu, top }: FolderTreeProps & { rows: readonly TreeRow[] }): ReactNode {
  const scroller = useRef<HTMLDivElement>(null);
  const rowHeight = Math.min(useRowHeight(), 44) - 4;
  const keyAt = useCallback((at: number) => rows[at]?.path, [rows]);
  const moving = useRows({ count: rows.length, rowHeight, keyAt, scroller });
  const [menuRow, setMenuRow] = useState<TreeRow | null>(null);
  const keyed = (event: KeyboardEvent): void => {
    if (event.altKey || moving.move(event)) return;
    const row = rows[moving.active];
    const step = sideways(event.key, rows, moving.active);
    if (event.key === "Enter" && row) onGo(row.path);
    else if (step?.kind === "open") openFolder(step.path);
    else if (step?.kind === "fold") foldFolder(step.path);
    else if (step?.kind === "go") moving.goTo(step.at);
    else return;
    event.preventDefault();
  };
  const aim = (target: EventTarget): void => {
    const line = (target as Element).closest("[data-at]");
    setMenuRow(line ? (rows[Number(line.getAttribute("data-at"))] ?? null) : null);
  };
  const list = (
    <div
      role="tree"
      aria-label={label}
      tabIndex={-1}
      onKeyDown={keyed}
      onContextMenuCapture={({ target }) => aim(target)}
      onPointerDownCapture={({ target }) => aim(target)}
      className="relative outline-none"
      style={{ height: moving.virtual.getTotalSize() }}
    >
      {moving.virtual.getVirtualItems().map(({ index, start }) => {
        const row = rows[index];
        if (!row) return null;
        const isCurrent = row.path === current;
        return (
          // The tree around it hears the keys.
          // eslint-disable-next-line jsx-a11y/click-events-have-key-events
          <div
            key={row.path}
            ref={moving.mounts(index)}
            role="treeitem"
            data-at={index}
            aria-level={row.level}
            aria-setsize={row.siblings}
            aria-posinset={row.position}
            aria-expanded={row.isLeaf ? undefined : row.isOpen}
            aria-selected={isCurrent}
            tabIndex={index === moving.active ? 0 : -1}
            onFocus={() => moving.setActive(index)}
            onClick={() => onGo(row.path)}
            style={{ height: rowHeight, transform: `translateY(${start}px)`, paddingLeft: (row.level - 1) * 16 + 4 }}
            className={classes(
              "absolute inset-x-0 top-0 flex cursor-pointer items-center gap-1 rounded-control pr-3 text-13 select-none hover:bg-raised focus-visible:-outline-offset-2",
              isCurrent && "bg-accent-soft font-medium",
            )}
          >
            <Fold row={row} />
            <FileIcon type="directory" />
            <bdi className="ml-1 min-w-0 flex-1 truncate" title={visible(row.name)}>
              {row.path === "/" ? top : visible(row.name)}
            </bdi>
            {note?.(row) && <span className="tabular text-12 text-muted">{note(row)}</span>}
          </div>
        );
      })}
    </div>
  );
  return (
    <div ref={scroller} className="min-h-0 flex-1 overflow-auto p-2">
      {menu ? <ContextMenu entries={menuRow ? menu(menuRow) : []}>{list}</ContextMenu> : list}
    </div>
  );
}

function Fold({ row }: { row: TreeRow }): ReactNode {
  if (row.isLeaf) return <span className="size-5 shrink-0" />;
  return (
    // The keys ← and → do the same; the tree is one stop of the keyboard.
    // eslint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-static-element-interactions
    <span
      title={row.isOpen ? text.fold : text.unfold}
      onClick={(event) => {
        event.stopPropagation();
        if (row.isOpen) foldFolder(row.path);
        else openFolder(row.path);
      }}
      className="relative flex size-5 shrink-0 items-center justify-center rounded-control text-muted after:absolute after:-inset-y-2 after:-left-1 after:right-0 hover:text-ink"
    >
      <ChevronRight className={classes("size-4 transition-transform", row.isOpen && "rotate-90", row.isWaited && "pulse-soft")} strokeWidth={1.5} aria-hidden="true" />
    </span>
  );
}
