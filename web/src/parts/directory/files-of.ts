/** What the index knows of the files in sight, for columns that a list does not carry. */
import { useQueries, type UseQueryResult } from "@tanstack/react-query";
import { useCallback, useMemo } from "react";
import { api } from "@/api/client";
import type { FileObject, Schema } from "@/api/schemas";
import { useRange } from "./range";

export interface FilesOf {
  fileOf: (fileId: string) => FileObject | undefined;
  onRange: (from: number, to: number) => void;
}

interface Rows {
  rowAt: (at: number) => { file_id?: string | null } | undefined;
  count: number | null;
}

/** Asked for in blocks of so many rows; with `include`, more of each. */
export function useFilesOf({ rowAt, count }: Rows, isOn: boolean, { include = "", block = 100 } = {}): FilesOf {
  const [first, last, onRange] = useRange(block, -1);
  const lists = useMemo(() => {
    if (!isOn) return [];
    return Array.from({ length: last - first + 1 }, (_, at) => idsOf(rowAt, (first + at) * block, Math.min(count ?? 0, (first + at + 1) * block))).filter((ids) => ids.length > 0);
  }, [isOn, block, first, last, rowAt, count]);
  const found = useQueries({
    queries: lists.map((file_ids) => {
      const body = { file_ids, ...(include ? { include } : {}) };
      return { queryKey: ["/api/files/lookup", body], queryFn: ({ signal }: { signal: AbortSignal }) => api.POST("/api/files/lookup", { body, signal }), gcTime: 20_000 };
    }),
    combine: together,
  });
  const byId = useMemo(() => new Map(found.flatMap((answer) => answer?.items.map((file) => [file.file_id, file] as const) ?? [])), [found]);
  return {
    fileOf: useCallback((fileId: string) => byId.get(fileId), [byId]),
    onRange,
  };
}

function idsOf(rowAt: Rows["rowAt"], from: number, to: number): string[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, at) => rowAt(from + at)?.file_id).filter((id) => id != null);
}

function together(answers: UseQueryResult<Schema<"LookedUp">>[]): (Schema<"LookedUp"> | undefined)[] {
  return answers.map(({ data }) => data);
}
