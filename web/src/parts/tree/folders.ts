/** The folders of the tree, asked for level by level as they are opened. What is open is the same on every page. */
import { useQueries, type UseQueryResult } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";
import { ask, keyOf } from "@/api/queries";
import { type ApiError, asApiError } from "@/api/errors";
import type { Schema } from "@/api/schemas";
import { parentOf } from "@/lib/addresses";
import { signal, useSignal } from "@/lib/signal";
import { type Folder, type TreeRow, treeRows, wayTo } from "./tree-rows";

const call = "/api/vfs/tree";
const opened = signal<ReadonlySet<string>>(new Set(["/"]));

export function openFolder(path: string): void {
  opened.set(new Set([...opened.get(), path]));
}

export function foldFolder(path: string): void {
  opened.set(new Set([...opened.get()].filter((one) => one !== path)));
}

export interface Folders {
  /** `null`: nothing is here yet. */
  rows: readonly TreeRow[] | null;
  error: ApiError | null;
  retry: () => void;
}

type Branch = Schema<"Branch">;

/** The tree as it is open, with `current` in sight. */
export function useFolders(current: string): Folders {
  const open = useSignal(opened);
  useEffect(() => {
    const missing = wayTo(parentOf(current)).filter((path) => !opened.get().has(path));
    if (missing.length > 0) opened.set(new Set([...opened.get(), ...missing]));
  }, [current]);
  const paths = useMemo(() => [...open], [open]);
  const found = useQueries({
    queries: paths.map((path) => {
      const init = { params: { query: { path, depth: 1 } } };
      return { queryKey: keyOf(call, init), queryFn: ({ signal: over }: { signal: AbortSignal }) => ask(call, init, over) as Promise<Branch> };
    }),
    combine: together,
  });
  const rows = useMemo(() => {
    const inside = new Map(paths.map((path, at) => [path, found.branches[at]]));
    if (!inside.get("/")) return null;
    const top = { path: "/", name: "/", mountCount: inside.get("/")?.mount_count ?? 0 };
    return treeRows(top, (path) => inside.get(path)?.children?.map(folderOf), open);
  }, [paths, open, found.branches]);
  return { rows, error: found.error, retry: found.retry };
}

function together(answers: UseQueryResult<Branch>[]): { branches: (Branch | undefined)[]; error: ApiError | null; retry: () => void } {
  const errors = answers.map(({ error }) => (error ? asApiError(error) : null));
  return {
    branches: answers.map(({ data }, at) => (errors[at]?.status === 404 ? gone : data)),
    error: errors.find((error) => error !== null && error.status !== 404) ?? null,
    retry: () => answers.forEach(({ refetch }) => void refetch()),
  };
}

/** A folder that went away while it was open has nothing inside. */
const gone: Branch = { virtual_path: "", name: "", kind: "directory", mount_count: 0, children: [] };

function folderOf({ virtual_path, name, mount_count }: Branch): Folder {
  return { path: virtual_path, name, mountCount: mount_count };
}
