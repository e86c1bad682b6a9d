/**
 * What a directory shows: all of it up to 5,000 entries, in the browser's own order; windows of 200 around what is
 * seen when it is longer, in the order of the server. A window that is scrolled past is no longer asked for.
 */
import { useQueries, type UseQueryResult } from "@tanstack/react-query";
import { useCallback, useMemo, useState } from "react";
import { type ApiError, asApiError } from "@/api/errors";
import { ask, keyOf, useApi } from "@/api/queries";
import type { Schema } from "@/api/schemas";
import { useNodes } from "@/lib/documents";
import { useSettled } from "@/lib/settled";
import { type News, useNews } from "@/parts/list/news";
import { type Entry, inOrder, narrowed, type Order } from "./order";
import { useRange } from "./range";
import { around, rest, type Window, windowSize, wholeUpTo } from "./windows";

type Page = Schema<"ShownListing">;

export interface Listing {
  /** The directory itself and its counts; `undefined` until it is here. */
  head: Page | undefined;
  error: ApiError | null;
  retry: () => void;
  asOf: number;
  /** All of it is here, so it can be put in any order. */
  isWhole: boolean;
  /** Rows after the filter; `null` while they are not known. */
  count: number | null;
  rowAt: (at: number) => Entry | undefined;
  keyAt: (at: number) => string | undefined;
  onRange: (from: number, to: number) => void;
  news: News;
}

export interface Wished {
  path: string;
  order: Order;
  filter: string;
  /** `labels`, `paths`, or both by comma. */
  include?: string;
}

const call = "/api/vfs";
const none: readonly Entry[] = [];
/** Windows far from what is seen are forgotten soon: a list of 100,000 rows does not stay in memory. */
const kept = 20_000;

export function useListing({ path, order, filter, include = "" }: Wished): Listing {
  const more = include ? { include } : {};
  const first = useApi(call, { params: { query: { path, sort: "name", limit: windowSize, offset: 0, ...more } } });
  const total = first.data?.total ?? 0;
  const isLong = total > wholeUpTo;
  const [firstSeen, lastSeen, onRange] = useRange(windowSize);
  const wanted = useSettled(filter.trim(), isLong ? 250 : 0);
  const query = isLong ? { path, sort: sortOf(order), ...(wanted ? { filter: wanted } : {}), ...more } : { path, sort: "name" as const, ...more };
  const asked = useMemo(() => (isLong ? around(firstSeen * windowSize, lastSeen * windowSize, total) : rest(total)), [isLong, firstSeen, lastSeen, total]);
  const pages = usePages(query, asked);

  const nodes = useNodes();
  const whole = useMemo(() => {
    if (isLong || !first.data || pages.list.some((page) => page === undefined)) return null;
    return [...first.data.items, ...pages.list.flatMap((page) => page?.items ?? [])];
  }, [isLong, first.data, pages.list]);
  const ordered = useMemo(() => {
    const names = new Map(nodes.map(({ node_id, friendly_name }) => [node_id, friendly_name]));
    return whole && inOrder(whole, order, (id) => names.get(id) ?? id);
  }, [whole, order, nodes]);
  const steady = useLast(ordered, path);
  const narrow = useMemo(() => (isLong ? null : steady && narrowed(steady, filter)), [isLong, steady, filter]);
  const { rows, news } = useNews(narrow ?? none, `${path}\n${filter}\n${JSON.stringify(order)}\n${narrow === null}`, ({ virtual_path }) => virtual_path);
  const shown = narrow && rows;
  const found = useLast(pages.total, path);

  const windows = useMemo(() => new Map(isLong ? pages.list.map((page, at) => [(asked[at]?.offset ?? 0) / windowSize, page?.items]) : []), [isLong, pages.list, asked]);
  const rowAt = useCallback(
    (at: number) => (shown ? shown[at] : windows.get(Math.floor(at / windowSize))?.[at % windowSize]),
    [shown, windows],
  );
  return {
    head: first.data,
    error: first.error ?? pages.error,
    retry: () => {
      void first.refetch();
      pages.retry();
    },
    asOf: first.dataUpdatedAt,
    isWhole: shown !== null,
    count: shown ? shown.length : isLong ? (wanted ? found : total) : null,
    rowAt,
    keyAt: useCallback((at: number) => rowAt(at)?.virtual_path, [rowAt]),
    onRange,
    news,
  };
}

/** What was there stays while the next is on its way, as long as it is the same directory. */
function useLast<T>(value: T | null, key: string): T | null {
  const [last, setLast] = useState({ key, value });
  if (value !== null && (last.value !== value || last.key !== key)) setLast({ key, value });
  return value ?? (last.key === key ? last.value : null);
}

function sortOf({ column, isDescending }: Order): "name" | "-name" | "size" | "-size" | "mtime" | "-mtime" {
  const by = column === "owner" ? "name" : column;
  return isDescending ? `-${by}` : by;
}

interface Pages {
  list: (Page | undefined)[];
  total: number | null;
  error: ApiError | null;
  retry: () => void;
}

function usePages(query: Record<string, string>, windows: readonly Window[]): Pages {
  return useQueries({
    queries: windows.map((window) => {
      const init = { params: { query: { ...query, ...window } } };
      return { queryKey: keyOf(call, init), queryFn: ({ signal }: { signal: AbortSignal }) => ask(call, init, signal) as Promise<Page>, gcTime: kept };
    }),
    combine: together,
  });
}

function together(answers: UseQueryResult<Page>[]): Pages {
  const refused = answers.find(({ error }) => error)?.error;
  return {
    list: answers.map(({ data }) => data),
    total: answers.find(({ data }) => data)?.data?.total ?? null,
    error: refused ? asApiError(refused) : null,
    retry: () => answers.forEach(({ error, refetch }) => void (error && refetch())),
  };
}
