/** How full a node's disks and accounts were: snapshots as lines, over a period that stands in the address. */
import { type UseQueryResult, useQuery } from "@tanstack/react-query";
import { api } from "@/api/client";
import type { ApiError } from "@/api/errors";
import { keyOf } from "@/api/queries";
import type { Schema } from "@/api/schemas";
import type { Series } from "@/parts/chart";

export type Snapshot = Schema<"UtilizationSnapshot">;

const path = "/api/storage/{node_id}/history";
const pageSize = 500;
const day = 86_400_000;
/** Snapshots are kept so long. */
export const mostDays = 90;
const mostPoints = 200;

/** `7`, `30`, `90`, or two dates: `2026-10-01..2026-10-31`. */
export interface Period {
  days: number;
  span: readonly [number, number];
}

export function periodOf(text: string | undefined, now: number): Period {
  const [from = "", to = ""] = (text ?? "").split("..");
  const [first, last] = [Date.parse(`${from}T00:00:00`), Date.parse(`${to}T23:59:59`)];
  if (to && first < last) return { days: within(Math.ceil((now - first) / day)), span: [first, Math.min(last, Math.max(now, first + day))] };
  const days = ["7", "90"].includes(text ?? "") ? Number(text) : 30;
  return { days, span: [now - days * day, now] };
}

function within(days: number): number {
  return Math.min(mostDays, Math.max(1, days));
}

export function useHistory(nodeId: string, days: number): UseQueryResult<readonly Snapshot[], ApiError> {
  return useQuery<readonly Snapshot[], ApiError>({
    queryKey: keyOf(path, { nodeId, days }),
    queryFn: ({ signal }) => everyPage(nodeId, days, signal),
  });
}

async function everyPage(nodeId: string, days: number, signal: AbortSignal): Promise<readonly Snapshot[]> {
  const all: Snapshot[] = [];
  for (;;) {
    const { items, total } = await api.GET(path, { params: { path: { node_id: nodeId }, query: { days, limit: pageSize, offset: all.length } }, signal });
    all.push(...items);
    if (items.length === 0 || all.length >= (total ?? 0)) return all;
  }
}

/** A line a file system, named by its mount point, then one a cloud account; at most some hundred points each. */
export function seriesOf(snapshots: readonly Snapshot[], [from, to]: Period["span"]): readonly Series[] {
  const lines = new Map<string, { id: string; label: string; points: { at: number; value: number }[] }>();
  const add = (id: string, label: string, at: number, value: number): void => {
    const line = lines.get(id) ?? { id, label, points: [] };
    lines.set(id, line);
    line.label = label;
    line.points.push({ at, value });
  };
  const inside = snapshots.filter(({ captured_at }) => Date.parse(captured_at) >= from && Date.parse(captured_at) <= to);
  for (const { captured_at, filesystems, cloud } of thinned(inside)) {
    const at = Date.parse(captured_at);
    for (const use of filesystems ?? []) add(use.filesystem_id, use.mount_point, at, use.used_bytes);
    for (const use of cloud ?? []) add(`cloud ${use.backend}`, use.backend, at, use.used_bytes);
  }
  return [...lines.values()];
}

/** Evenly, and always with the newest. */
function thinned<T>(all: readonly T[]): readonly T[] {
  const step = Math.ceil(all.length / mostPoints);
  return step < 2 ? all : all.filter((_, at) => (all.length - 1 - at) % step === 0);
}

/** The binary unit that the largest value is told in. */
export function unitFor(series: readonly Series[]): number {
  const most = Math.max(1, ...series.flatMap(({ points }) => points.map(({ value }) => value)));
  return 1024 ** Math.min(5, Math.floor(Math.log2(most) / 10));
}
