import { useApi } from "@/api/queries";
import type { Schema } from "@/api/schemas";

/** Facts of this instance; undefined until they are known. Asked again until the server has answered once. */
export function useInstance(): Schema<"SystemInfo"> | undefined {
  const { data } = useApi("/api/system/info", undefined, { every: 30_000 });
  return data;
}
