/** Calls as queries: kept, shared, and made anew when events say so. Keys are `[path, init]`. */
import {
  keepPreviousData,
  QueryClient,
  useInfiniteQuery,
  useMutation,
  useQuery,
  type UseInfiniteQueryResult,
  type UseMutationResult,
  type UseQueryResult,
} from "@tanstack/react-query";
import { api, type Answer, type Asked, type InitParam, type PathOf } from "./client";
import { asApiError, type ApiError } from "./errors";

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 60_000,
      gcTime: 5 * 60_000,
      networkMode: "always",
      refetchOnWindowFocus: false,
      refetchOnReconnect: false,
      retry: (count, error) => count < 1 && [0, 502, 503, 504].includes(asApiError(error).status),
      retryDelay: 800,
    },
    mutations: { networkMode: "always" },
  },
});

export interface Choices {
  /** `false`: the call is not made yet. */
  enabled?: boolean;
  /** Made anew every so many ms while somebody looks. */
  every?: number;
  /** What was there stays visible while other parameters are asked for. */
  keepsPrevious?: boolean;
  /** `false`: the page applies events itself. */
  isLive?: boolean;
}

export function keyOf(path: string, init?: unknown): readonly unknown[] {
  return init === undefined ? [path] : [path, init];
}

type WithSignal = (path: string, init: object) => Promise<unknown>;

export function useApi<P extends PathOf<"get">, I extends Asked<P, "get">>(
  path: P,
  ...[init, choices]: [...InitParam<I>, choices?: Choices]
): UseQueryResult<Answer<P, "get">, ApiError> {
  const given = (choices ?? {}) as Choices;
  return useQuery<Answer<P, "get">, ApiError>({
    queryKey: keyOf(path, init),
    queryFn: ({ signal }) => ask(path, init, signal) as Promise<Answer<P, "get">>,
    ...(given.enabled === undefined ? {} : { enabled: given.enabled }),
    ...(given.every === undefined ? {} : { refetchInterval: given.every }),
    ...(given.keepsPrevious ? { placeholderData: keepPreviousData } : {}),
    ...(given.isLive === false ? { meta: { isLive: false } } : {}),
  });
}

export function ask(path: string, init: unknown, signal?: AbortSignal): Promise<unknown> {
  return (api.GET as unknown as WithSignal)(path, { ...(init as object | undefined), ...(signal ? { signal } : {}) });
}

export interface CursorPage<T> {
  items: T[];
  total?: number | null;
  next_cursor?: string | null;
}

/** A list that is walked by cursor: `data.pages`, `fetchNextPage()`. */
export function useCursorList<T>(
  path: PathOf<"get">,
  query: Record<string, unknown>,
  choices: Choices = {},
): UseInfiniteQueryResult<{ pages: CursorPage<T>[] }, ApiError> {
  return useInfiniteQuery<CursorPage<T>, ApiError, { pages: CursorPage<T>[] }, readonly unknown[], string | null>({
    ...walked<T>(path, query),
    ...(choices.enabled === undefined ? {} : { enabled: choices.enabled }),
    ...(choices.keepsPrevious ? { placeholderData: keepPreviousData } : {}),
  });
}

/** The list is asked for before the page is drawn that will show it. */
export function beginCursorList(path: PathOf<"get">, query: Record<string, unknown>): Promise<void> {
  return queryClient.prefetchInfiniteQuery(walked(path, query));
}

function walked<T>(path: PathOf<"get">, query: Record<string, unknown>) {
  return {
    queryKey: [path, query, "cursor"] as const,
    queryFn: ({ pageParam, signal }: { pageParam: string | null; signal: AbortSignal }) =>
      ask(path, { params: { query: { ...query, ...(pageParam ? { cursor: pageParam } : {}) } } }, signal) as Promise<CursorPage<T>>,
    initialPageParam: null as string | null,
    getNextPageParam: (last: CursorPage<T>) => last.next_cursor ?? null,
  };
}

/** A change: what it touches is made anew afterwards, and `shown` can show it at once and take it back. */
export function useChange<Given, Got>(
  change: (given: Given) => Promise<Got>,
  choices: {
    touches?: readonly string[];
    shown?: (given: Given) => (() => void) | undefined;
    /** Changes of the same name are sent one after the other. */
    inTurn?: string;
  } = {},
): UseMutationResult<Got, ApiError, Given, (() => void) | undefined> {
  return useMutation<Got, ApiError, Given, (() => void) | undefined>({
    mutationFn: change,
    ...(choices.inTurn ? { scope: { id: choices.inTurn } } : {}),
    onMutate: (given) => choices.shown?.(given),
    onError: (_error, _given, takeBack) => takeBack?.(),
    onSettled: () => Promise.all((choices.touches ?? []).map(refresh)),
  });
}

/** Everything asked at paths that begin so is asked again, if somebody looks at it. */
export function refresh(prefix: string): Promise<void> {
  return queryClient.invalidateQueries({ predicate: ({ queryKey }) => String(queryKey[0]).startsWith(prefix) });
}

/** The same for an event, which leaves alone what is kept up by who shows it. */
export function refreshLive(prefix: string): Promise<void> {
  return queryClient.invalidateQueries({ predicate: ({ queryKey, meta }) => meta?.isLive !== false && String(queryKey[0]).startsWith(prefix) });
}
