/** Directories that unfold in place: what lies in them stands under them, one level further in. */
import { useQueries, type UseQueryResult } from "@tanstack/react-query";
import { useCallback, useMemo, useState } from "react";
import { ask, keyOf } from "@/api/queries";
import type { Schema } from "@/api/schemas";
import { useNodes } from "@/lib/documents";
import { directory as text } from "@/lib/text/directory";
import type { Listing } from "./listing";
import { type Entry, inOrder, narrowed, type Order } from "./order";

type Page = Schema<"ShownListing">;

const call = "/api/vfs";
/** Of a directory that holds more, the first ones are shown, and it says so. */
const most = 500;
const nothing: readonly string[] = [];

export interface Unfolding {
  isUnfolded: (path: string) => boolean;
  toggle: (path: string) => void;
  /** What is to be said beside the name of an unfolded directory. */
  noteOf: (path: string) => string | null;
}

interface Wished {
  order: Order;
  filter: string;
  include: string;
}

/** The rows with those of unfolded directories between them. A listing in windows stays as it is. */
export function useUnfolding(listing: Listing, isOn: boolean, { order, filter, include }: Wished): { listing: Listing; unfolding: Unfolding | null } {
  const [unfolded, setUnfolded] = useState<readonly string[]>([]);
  const inside = useInside(isOn ? unfolded : nothing, include);
  const nodes = useNodes();
  const { rowAt, count, isWhole } = listing;
  const isMeant = isOn && isWhole;
  const rows = useMemo(() => {
    if (!isMeant) return null;
    const names = new Map(nodes.map(({ node_id, friendly_name }) => [node_id, friendly_name]));
    const below = (path: string): readonly Entry[] => narrowed(inOrder(inside.get(path)?.page?.items ?? [], order, (id) => names.get(id) ?? id), filter);
    const top = Array.from({ length: count ?? 0 }, (_, at) => rowAt(at)).filter((row) => row !== undefined);
    return flattened(top, below);
  }, [isMeant, rowAt, count, inside, nodes, order, filter]);
  const toggle = useCallback((path: string) => setUnfolded((before) => (before.includes(path) ? before.filter((one) => one !== path && !one.startsWith(`${path}/`)) : [...before, path])), []);
  const withRows = useMemo<Listing>(
    () => (rows ? { ...listing, count: rows.length, rowAt: (at) => rows[at], keyAt: (at) => rows[at]?.virtual_path } : listing),
    // The listing itself is another object each time.
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [rows, listing.head, listing.error, listing.news.count, rowAt, count],
  );
  const unfolding = useMemo<Unfolding | null>(() => (isMeant ? { isUnfolded: (path) => unfolded.includes(path), toggle, noteOf: (path) => noteOf(inside.get(path)) } : null), [isMeant, unfolded, toggle, inside]);
  return { listing: withRows, unfolding };
}

/** Pure. */
export function flattened(rows: readonly Entry[], below: (path: string) => readonly Entry[]): Entry[] {
  return rows.flatMap((row) => [row, ...(row.kind === "directory" ? flattened(below(row.virtual_path), below) : [])]);
}

/** How far below `top` an entry lies; 0 right in it. */
export function depthIn(top: string, { virtual_path }: Pick<Entry, "virtual_path">): number {
  return virtual_path.slice(top === "/" ? 0 : top.length).split("/").length - 2;
}

interface Inside {
  page: Page | undefined;
  hasFailed: boolean;
}

function noteOf(inside: Inside | undefined): string | null {
  const { page, hasFailed } = inside ?? {};
  if (!page) return hasFailed ? text.insideFailed : null;
  const total = page.total ?? page.items.length;
  if (total === 0) return text.insideEmpty;
  return total > page.items.length ? text.insideFirst(page.items.length, total) : null;
}

function useInside(paths: readonly string[], include: string): ReadonlyMap<string, Inside> {
  const answers = useQueries({
    queries: paths.map((path) => {
      const init = { params: { query: { path, sort: "name", limit: most, offset: 0, ...(include ? { include } : {}) } } };
      return { queryKey: keyOf(call, init), queryFn: ({ signal }: { signal: AbortSignal }) => ask(call, init, signal) as Promise<Page> };
    }),
    combine: together,
  });
  return useMemo(() => new Map(paths.flatMap((path, at) => (answers[at] ? [[path, answers[at]] as const] : []))), [paths, answers]);
}

function together(answers: UseQueryResult<Page>[]): Inside[] {
  return answers.map(({ data, error }) => ({ page: data, hasFailed: error !== null }));
}
