/** What was resolved or acknowledged: the history behind the bell. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { type ReactNode, useCallback, useEffect, useMemo } from "react";
import { api } from "@/api/client";
import type { ApiError } from "@/api/errors";
import type { Notification } from "@/api/schemas";
import { useNodes } from "@/lib/documents";
import { notifications } from "@/lib/text/notifications";
import { visible } from "@/lib/visible";
import { useNews, VirtualTable } from "@/parts/list";
import { Page, PageHeader, Panel } from "@/parts/page";
import { Empty, Failure, NoMatch, Offline, SkeletonRows } from "@/parts/states";
import { Select } from "@/parts/ui/choices";
import { SearchInput } from "@/parts/ui/search-input";
import { columns, PhoneRow } from "./columns";
import type { HistorySearch } from "./route";

const text = notifications.historyOf;
const every = "*";
const pageSize = 200;
const none: readonly Notification[] = [];

interface HistoryPage {
  items: Notification[];
  offset: number;
  total: number | null;
}

export function NotificationsPage(): ReactNode {
  const search: HistorySearch = useSearch({ from: "/notifications" });
  const navigate = useNavigate({ from: "/notifications" });
  const set = (changed: { [field in keyof HistorySearch]?: string | undefined }): void => {
    const wanted = Object.fromEntries(Object.entries({ ...search, ...changed }).filter(([, value]) => value)) as HistorySearch;
    void navigate({ search: wanted, replace: true });
  };
  return (
    <Page isFull>
      <PageHeader title={text.title} />
      <Panel isFlush className="min-h-0 flex-1" title={<Filters search={search} onChange={set} />}>
        <History search={search} onClear={() => set({ severity: undefined, node: undefined, q: undefined })} />
      </Panel>
    </Page>
  );
}

interface FiltersProps {
  search: HistorySearch;
  onChange: (changed: { [field in keyof HistorySearch]?: string | undefined }) => void;
}

function Filters({ search, onChange }: FiltersProps): ReactNode {
  const nodes = useNodes();
  const severities = [{ value: every, label: text.allSeverities }, ...(["error", "warning", "info"] as const).map((value) => ({ value, label: notifications.severity[value] }))];
  const options = [{ value: every, label: text.allNodes }, ...nodes.map((node) => ({ value: node.node_id, label: visible(node.friendly_name) }))];
  const chosen = (value: string): string | undefined => (value === every ? undefined : value);
  return (
    <div className="flex flex-wrap items-center gap-2 font-normal phone:grid phone:grid-cols-2">
      <SearchInput label={text.find} value={search.q ?? ""} onChange={(q) => onChange({ q })} data-page-search="" className="w-64 phone:col-span-2 phone:w-full" />
      <Select label={text.bySeverity} value={search.severity ?? every} onChange={(value) => onChange({ severity: chosen(value) })} options={severities} className="max-w-40 phone:max-w-none" />
      <Select label={text.byNode} value={search.node ?? every} onChange={(value) => onChange({ node: chosen(value) })} options={options} className="max-w-40 phone:max-w-none" />
    </div>
  );
}

function useHistory({ severity, node }: HistorySearch) {
  const query = { limit: pageSize, ...(severity ? { severity } : {}), ...(node ? { node_id: node } : {}) };
  return useInfiniteQuery<HistoryPage, ApiError, { pages: HistoryPage[] }, readonly unknown[], number>({
    queryKey: ["/api/notifications/history", query],
    queryFn: ({ pageParam }) => api.GET("/api/notifications/history", { params: { query: { ...query, offset: pageParam } } }),
    initialPageParam: 0,
    getNextPageParam: ({ offset, items, total }) => (total !== null && offset + items.length < total ? offset + items.length : null),
  });
}

function History({ search, onClear }: { search: HistorySearch; onClear: () => void }): ReactNode {
  const list = useHistory(search);
  const wanted = search.q?.trim().toLowerCase() ?? "";
  const found = useMemo(
    () => list.data?.pages.flatMap(({ items }) => items).filter(({ title, message }) => `${title}\n${message}`.toLowerCase().includes(wanted)),
    [list.data, wanted],
  );
  const { rows, news } = useNews(found ?? none, JSON.stringify(search), ({ notification_id }) => notification_id);
  const keyAt = useCallback((at: number) => rows[at]?.notification_id, [rows]);
  const { hasNextPage, isFetching, isFetchNextPageError, fetchNextPage } = list;
  const canGoOn = hasNextPage && !isFetching && !isFetchNextPageError;
  const isNone = found?.length === 0;
  // Words are looked for among what is loaded: "nothing matches" may be said only of the whole history.
  useEffect(() => {
    if (isNone && canGoOn) void fetchNextPage();
  }, [isNone, canGoOn, fetchNextPage]);
  if (!found) return list.error ? <Failure what={text.what} error={list.error} onRetry={() => void list.refetch()} /> : <SkeletonRows />;
  if (isNone && isFetchNextPageError) return <Failure what={text.rest} error={list.error} onRetry={() => void fetchNextPage()} />;
  if (isNone && hasNextPage) return <SkeletonRows />;
  if (isNone) {
    const by = [search.q, search.severity, search.node].filter((one) => one !== undefined).map(visible);
    if (by.length > 0) return <NoMatch by={by.join(", ")} onClear={onClear} />;
    return (
      <Empty drawing="bell" sentence={text.empty}>
        {text.emptyMore}
      </Empty>
    );
  }
  const more = (_from: number, to: number): void => {
    if (to > rows.length - 40 && canGoOn) void fetchNextPage();
  };
  return (
    <div className="flex h-full min-h-0 flex-col border-t">
      <Offline asOf={list.dataUpdatedAt} hasFailed={list.isRefetchError} />
      <VirtualTable label={text.what} count={rows.length} rowAt={(at) => rows[at]} keyAt={keyAt} columns={columns} onRange={more} news={news} phoneRow={(row) => <PhoneRow notice={row} />} />
      {isFetchNextPageError && <Failure what={text.rest} error={list.error} onRetry={() => void fetchNextPage()} />}
    </div>
  );
}
