/** The files whose names and facts fit: always the first section, and as long as the match is. */
import { type InfiniteData, type UseInfiniteQueryResult } from "@tanstack/react-query";
import { type ReactNode, useCallback, useEffect, useMemo, useRef } from "react";
import type { ApiError } from "@/api/errors";
import type { CursorPage } from "@/api/queries";
import { announce } from "@/lib/announce";
import { classes } from "@/lib/classes";
import { useIsOnline } from "@/lib/live/connection";
import { bareId, filesBehind, useOpenFile } from "@/lib/open-file";
import { useWidth } from "@/lib/width";
import { search as text } from "@/lib/text/search";
import { visible } from "@/lib/visible";
import { type Column, type Sort as TableSort, useNews, VirtualTable } from "@/parts/list";
import { useFilesOf } from "@/parts/directory/files-of";
import { Failure, NoMatch, Offline, SkeletonRows } from "@/parts/states";
import { NodeBadge, Size, Time } from "@/parts/things";
import { Select } from "@/parts/ui/choices";
import { type Asked, askedOf, type Sort, sorts } from "./asked";
import { keyedOn, menuOf } from "./file-menu";
import { Labels, NameAndPlace } from "./Row";
import type { Found } from "./SearchPage";

export interface FoundPage extends CursorPage<Found> {
  interpretation?: string;
}

export interface NameMatchesProps {
  asked: Asked;
  list: UseInfiniteQueryResult<Pick<InfiniteData<FoundPage>, "pages">, ApiError>;
  onChange: (asked: Asked) => void;
  /** Nobody types just now, so that its count is worth a word. */
  isSettled: boolean;
  /** Nothing stands below it, so it takes all the room. */
  isAlone: boolean;
}

export function NameMatches({ asked, list, onChange, isSettled, isAlone }: NameMatchesProps): ReactNode {
  const first = list.data?.pages[0];
  const total = first?.total ?? undefined;
  const isNew = isSettled && !list.isPlaceholderData;
  useEffect(() => {
    if (total !== undefined && isNew) announce(text.results(total));
  }, [total, isNew]);
  return (
    <section aria-labelledby="name-matches" className={classes("flex min-w-0 flex-col rounded-panel border bg-panel", isAlone ? "min-h-60 flex-1" : "max-h-[56vh] shrink-0")}>
      <header className="flex min-h-12 flex-wrap items-center gap-x-3 gap-y-1 border-b px-4 py-1.5">
        <h2 id="name-matches" className="min-w-0 flex-1 text-14 font-semibold phone:basis-full">
          {text.names}
          {first?.interpretation && <span className="font-normal text-muted">: {visible(first.interpretation)}</span>}
        </h2>
        {total !== undefined && <span className="tabular text-13 text-muted">{text.results(total)}</span>}
        <Select
          label={text.sort}
          value={asked.sort ?? "relevance"}
          onChange={(sort) => onChange(askedOf({ ...asked, sort }))}
          options={sorts.map((value) => ({ value, label: text.sorts[value] }))}
          className="h-8! w-44! text-13! phone:ml-auto"
        />
      </header>
      <Rows asked={asked} list={list} onChange={onChange} isAlone={isAlone} />
    </section>
  );
}

const none: readonly Found[] = [];

function Rows({ asked, list, onChange, isAlone }: Omit<NameMatchesProps, "isSettled">): ReactNode {
  const found = useMemo(() => list.data?.pages.flatMap(({ items }) => items), [list.data]);
  const { rows, news } = useNews(found ?? none, `${JSON.stringify(asked)}${list.isPlaceholderData}`, ({ file_id }) => file_id);
  const opened = useOpenFile();
  const isOnline = useIsOnline();
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box);
  const rowAt = useCallback((at: number) => rows[at], [rows]);
  const keyAt = useCallback((at: number) => rows[at]?.file_id, [rows]);
  const { whole, onRange } = usePlaces(rowAt, rows.length);
  const columns = useMemo(() => columnsFor(width, whole), [width, whole]);
  useEffect(() => filesBehind.set(rows.map(({ file_id }) => bareId(file_id))), [rows]);
  const seen = (from: number, to: number): void => {
    onRange(from, to);
    if (to > rows.length - 25 && list.hasNextPage && !list.isFetchingNextPage) void list.fetchNextPage();
  };
  const shown = ((): ReactNode => {
    if (!found) return list.error ? <Failure what={text.what} error={list.error} onRetry={() => void list.refetch()} /> : <SkeletonRows />;
    if (rows.length === 0) return <NoMatch onClear={() => onChange(askedOf({ q: asked.q }))} {...(asked.q ? { by: visible(asked.q) } : {})} />;
    return (
      <>
        <Offline asOf={list.dataUpdatedAt} hasFailed={list.error !== null} />
        <VirtualTable
          label={text.names}
          count={rows.length}
          rowAt={rowAt}
          keyAt={keyAt}
          columns={columns}
          {...sortOf(asked.sort)}
          onSort={(sort) => onChange(askedOf({ ...asked, sort: wordOf(sort) }))}
          onOpen={({ file_id }) => opened.open(file_id)}
          onKey={(event, row) => keyedOn(event, row, opened, isOnline)}
          menu={(row) => menuOf(whole(row), opened, isOnline)}
          onRange={seen}
          news={news}
          isCurrent={({ file_id }) => bareId(file_id) === opened.fileId}
          phoneRow={(row) => <PhoneRow row={whole(row)} />}
          className={isAlone ? "" : "max-h-[calc(56vh-49px)]"}
        />
      </>
    );
  })();
  return (
    <div ref={box} className="flex min-h-0 flex-1 flex-col">
      {shown}
    </div>
  );
}

type Whole = (row: Found) => Found;

const wished = { include: "paths", block: 25 };

/** Where files are shown takes longer to say than that they were found, so it is asked for those in sight and comes later. */
function usePlaces(rowAt: (at: number) => Found | undefined, count: number): { whole: Whole; onRange: (from: number, to: number) => void } {
  const { fileOf, onRange } = useFilesOf({ rowAt, count }, true, wished);
  const whole = useCallback(
    (row: Found) => {
      const paths = fileOf(row.file_id)?.paths;
      return paths ? { ...row, paths } : row;
    },
    [fileOf],
  );
  return { whole, onRange };
}

const nameBy = (whole: Whole): Column<Found> => ({
  id: "name",
  header: text.columns.name,
  width: "minmax(0,1fr)",
  canSort: true,
  cell: (row) => <NameAndPlace file={whole(row)} ranges={row.match?.field === "name" ? row.match.ranges : []} />,
});
const labels: Column<Found> = { id: "labels", header: text.columns.labels, width: "minmax(0,176px)", cell: (row) => <Labels labels={row.labels} /> };
const node: Column<Found> = { id: "node", header: text.columns.node, width: "128px", cell: (row) => <NodeBadge id={row.source.node_id} /> };
const size: Column<Found> = { id: "size", header: text.columns.size, width: "96px", isRight: true, canSort: true, cell: (row) => <Size bytes={row.size} /> };
const modified: Column<Found> = { id: "mtime", header: text.columns.modified, width: "136px", isRight: true, canSort: true, cell: (row) => <Time at={row.mtime} /> };

function columnsFor(width: number, whole: Whole): readonly Column<Found>[] {
  const name = nameBy(whole);
  if (width >= 860) return [name, labels, node, size, modified];
  if (width >= 620) return [name, node, size, modified];
  return width >= 460 ? [name, size, modified] : [name, size];
}

function sortOf(sort: Sort | undefined): { sort?: TableSort } {
  return sort && sort !== "relevance" ? { sort: { column: sort.replace("-", ""), isDescending: sort.startsWith("-") } } : {};
}

function wordOf({ column, isDescending }: TableSort): Sort {
  return `${isDescending ? "-" : ""}${column}` as Sort;
}

function PhoneRow({ row }: { row: Found }): ReactNode {
  return (
    <div className="flex flex-col gap-1">
      <div className="flex min-w-0 items-center gap-2">
        <NameAndPlace file={row} ranges={row.match?.field === "name" ? row.match.ranges : []} />
      </div>
      <div className="flex min-w-0 items-center gap-2 pl-7 text-12 text-muted">
        <Size bytes={row.size} />
        <Time at={row.mtime} />
        <NodeBadge id={row.source.node_id} />
      </div>
    </div>
  );
}
