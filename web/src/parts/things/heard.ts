/** When a node was last heard. Its document says that only now and then: the server knows it. */
import { useApi } from "@/api/queries";
import type { Documents } from "@/lib/documents";
import { useIsOnline } from "@/lib/live/connection";

const often = 30_000;

/** Nothing as long as only an old time of a node that answers is known. */
export function useHeard({ node_id, status, last_heartbeat }: Documents["node"]): string | undefined {
  const { data } = useApi("/api/nodes", { params: { query: { limit: 500 } } }, { every: often, enabled: useIsOnline() });
  const reported = data?.items.find((one) => one.node_id === node_id)?.last_heartbeat;
  return reported ? later(reported, last_heartbeat) : status === "online" || status === "degraded" ? undefined : last_heartbeat;
}

export function later(one: string | undefined, other: string): string {
  return one && one > other ? one : other;
}
