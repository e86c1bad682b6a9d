/** Where no pull can run, the API is asked for the same documents, now and again. */
import { api } from "@/api/client";
import type { AnyDocument, Change } from "./types";

type Listed = Record<string, unknown>;

async function from(path: "/api/nodes" | "/api/filesystems" | "/api/notifications" | "/api/labels/rules" | "/api/plugins" | "/api/storage-backends", idOf: (item: Listed) => string): Promise<Change[]> {
  const answer = (await api.GET(path as "/api/nodes", { params: { query: { limit: 500 } } })) as { items: unknown[] };
  return answer.items.map((item) => {
    const id = idOf(item as Listed);
    return { id, doc: { ...(item as Listed), _id: id } as unknown as AnyDocument };
  });
}

export async function askedDocuments(): Promise<readonly Change[]> {
  const lists = await Promise.all([
    from("/api/nodes", ({ node_id }) => `node::${String(node_id)}`),
    from("/api/filesystems", ({ filesystem_id }) => `filesystem::${String(filesystem_id)}`),
    from("/api/notifications", ({ notification_id }) => `notification::${String(notification_id)}`),
    from("/api/labels/rules", ({ rule_id }) => `label_rule::${String(rule_id)}`),
    from("/api/plugins", ({ node_id, plugin_name }) => `plugin::${node_id ? `${String(node_id)}::` : ""}${String(plugin_name)}`),
    from("/api/storage-backends", ({ name }) => `storage_backend::${String(name)}`),
  ]);
  return lists.flat();
}
