/** A node as the server counts it, with what its documents say at this moment laid over it. */
import type { UseQueryResult } from "@tanstack/react-query";
import { useMemo } from "react";
import type { ApiError } from "@/api/errors";
import { useApi } from "@/api/queries";
import type { Schema } from "@/api/schemas";
import { type Documents, useDocument, useDocuments } from "@/lib/documents";
import { later } from "@/parts/things/heard";

export type Node = Schema<"ShownNode">;
export type Status = Pick<Documents["agent_status"], "node_id" | "updated_at" | "overall" | "subsystems" | "recent_errors" | "watch_paths" | "available_plugins">;

const often = 30_000;

/** The document is newer than the answer, but its heartbeat is stored only now and then. */
export function merged(node: Node, document: Documents["node"] | undefined): Node {
  if (!document) return node;
  return { ...node, ...document, last_heartbeat: later(document.last_heartbeat, node.last_heartbeat) };
}

export interface ManyNodes {
  query: UseQueryResult<{ items: Node[] }, ApiError>;
  nodes: readonly Node[];
}

export function useShownNodes(): ManyNodes {
  const query = useApi("/api/nodes", { params: { query: { limit: 500 } } }, { every: often });
  const documents = useDocuments("node");
  const items = query.data?.items;
  const nodes = useMemo(() => {
    const present = new Map(documents.map((document) => [document.node_id, document]));
    return (items ?? []).map((node) => merged(node, present.get(node.node_id)));
  }, [items, documents]);
  return { query, nodes };
}

export interface OneNode {
  query: UseQueryResult<Node, ApiError>;
  node: Node | undefined;
}

export function useShownNode(nodeId: string): OneNode {
  const query = useApi("/api/nodes/{node_id}", { params: { path: { node_id: nodeId } } }, { every: often });
  const document = useDocument("node", `node::${nodeId}`);
  const node = useMemo(() => query.data && merged(query.data, document), [query.data, document]);
  return { query, node };
}

export interface Told {
  query: UseQueryResult<Schema<"AgentStatus">, ApiError>;
  /** `null`: the node never told. */
  status: Status | null | undefined;
}

/** What the agent told last of its parts. */
export function useStatus(nodeId: string): Told {
  const query = useApi("/api/nodes/{node_id}/status", { params: { path: { node_id: nodeId } } });
  const document = useDocument("agent_status", `status::${nodeId}`);
  const answer = query.data;
  const isNewer = document && (!answer || document.updated_at >= answer.updated_at);
  const status = isNewer ? document : answer ? (answer as Status) : query.error?.status === 404 ? null : undefined;
  return { query, status };
}
