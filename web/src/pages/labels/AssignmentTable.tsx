import { type ReactNode, useCallback, useEffect, useMemo } from "react";
import { useCursorList } from "@/api/queries";
import type { Schema } from "@/api/schemas";
import { addresses } from "@/lib/addresses";
import { bareId, filesBehind, useOpenFile } from "@/lib/open-file";
import { labels as text } from "@/lib/text/labels";
import { visible } from "@/lib/visible";
import { type Column, useNews, VirtualTable } from "@/parts/list";
import { Empty, Failure, NoMatch, Offline, SkeletonRows } from "@/parts/states";
import { LabelChip, NodeBadge, PathText, Time } from "@/parts/things";
import { buttonClasses } from "@/parts/ui/button";
import { PageLink } from "@/parts/ui/page-link";
import type { AssignmentsSearch, AssignmentSort } from "./routes";

type Assignment = Schema<"ShownAssignment">;

const words = text.assignments;
const pageSize = 200;
const none: readonly Assignment[] = [];
const columns: readonly Column<Assignment>[] = [
  { id: "path", header: words.path, width: "minmax(0,1fr)", cell: (row) => <Where row={row} /> },
  { id: "labels", header: words.labels, width: "minmax(0,1fr)", cell: ({ labels }) => <Chips labels={labels} /> },
  { id: "node", header: words.node, width: "168px", canSort: true, cell: ({ file }) => file && <NodeBadge id={file.source.node_id} /> },
  { id: "updated", header: words.updated, width: "148px", canSort: true, isRight: true, cell: ({ updated_at }) => <Time at={updated_at} /> },
];

export interface AssignmentTableProps {
  search: AssignmentsSearch;
  onSort: (sort: AssignmentSort) => void;
  onClear: () => void;
}

export function AssignmentTable({ search, onSort, onClear }: AssignmentTableProps): ReactNode {
  const asked = { limit: pageSize, sort: search.sort ?? "-updated", label: search.label, node_id: search.node, path: search.path };
  const list = useCursorList<Assignment>("/api/labels/assignments", withoutNothing(asked), { keepsPrevious: true });
  const found = useMemo(() => list.data?.pages.flatMap(({ items }) => items), [list.data]);
  const { rows, news } = useNews(found ?? none, JSON.stringify(asked), ({ file_id }) => file_id);
  const { open, fileId } = useOpenFile();
  const keyAt = useCallback((at: number) => rows[at]?.file_id, [rows]);
  useEffect(() => filesBehind.set(rows.map(({ file_id }) => bareId(file_id))), [rows]);

  if (!found) return list.error ? <Failure what={words.what} error={list.error} onRetry={() => void list.refetch()} /> : <SkeletonRows />;
  if (rows.length === 0) return isFiltered(search) ? <NoMatch by={filterOf(search)} onClear={onClear} /> : <NoLabels />;
  const sort = search.sort ?? "-updated";
  const more = (_from: number, to: number): void => {
    if (to > rows.length - 40 && list.hasNextPage && !list.isFetching && !list.isFetchNextPageError) void list.fetchNextPage();
  };
  return (
    <div className="flex h-full min-h-0 flex-col border-t">
      <Offline asOf={list.dataUpdatedAt} hasFailed={list.isRefetchError} />
      <VirtualTable
        label={words.what}
        count={rows.length}
        rowAt={(at) => rows[at]}
        keyAt={keyAt}
        columns={columns}
        sort={{ column: sort.replace("-", ""), isDescending: sort.startsWith("-") }}
        onSort={({ column, isDescending }) => onSort(`${isDescending ? "-" : ""}${column}` as AssignmentSort)}
        onOpen={({ file_id }) => open(file_id)}
        onRange={more}
        news={news}
        isCurrent={({ file_id }) => bareId(file_id) === fileId}
        phoneRow={(row) => (
          <div className="flex flex-col gap-1">
            <Where row={row} />
            <Chips labels={row.labels} />
          </div>
        )}
      />
      {list.isFetchNextPageError && <Failure what={words.rest} error={list.error} onRetry={() => void list.fetchNextPage()} />}
    </div>
  );
}

function Where({ row }: { row: Assignment }): ReactNode {
  if (!row.file) return <span className="text-muted">{words.gone}</span>;
  return <PathText path={row.file.source.export_path} />;
}

const shownChips = 3;

function Chips({ labels }: { labels: readonly string[] }): ReactNode {
  return (
    <span className="flex min-w-0 items-center gap-1 overflow-hidden">
      {labels.slice(0, shownChips).map((label) => (
        <LabelChip key={label} label={label} />
      ))}
      {labels.length > shownChips && (
        <span className="text-12 text-muted" title={labels.slice(shownChips).map(visible).join(", ")}>
          +{labels.length - shownChips}
        </span>
      )}
    </span>
  );
}

function NoLabels(): ReactNode {
  const action = (
    <PageLink href={`${addresses.labels("rules")}?rule=new`} className={buttonClasses("primary")}>
      {words.createRule}
    </PageLink>
  );
  return (
    <Empty drawing="labels" sentence={words.empty} action={action}>
      {words.emptyMore}
    </Empty>
  );
}

function isFiltered({ label, node, path }: AssignmentsSearch): boolean {
  return Boolean(label ?? node ?? path);
}

function filterOf({ label, node, path }: AssignmentsSearch): string {
  return [label, path, node].filter((one) => one !== undefined).map(visible).join(", ");
}

function withoutNothing(given: Record<string, string | number | undefined>): Record<string, string | number> {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as Record<string, string | number>;
}
