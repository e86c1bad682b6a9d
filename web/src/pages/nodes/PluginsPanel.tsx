/** The plugins that are set up on this node; each unfolds into its jobs. */
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Plus, RefreshCw } from "lucide-react";
import { type ReactNode, Suspense, useCallback, useState } from "react";
import { api } from "@/api/client";
import { refresh, useApi, useChange } from "@/api/queries";
import { useIsOnline } from "@/lib/live/connection";
import { common } from "@/lib/text/everywhere";
import { node as nodeText } from "@/lib/text/nodes";
import { plugins as text } from "@/lib/text/plugins";
import { laterLayer } from "@/parts/later";
import { Panel } from "@/parts/page";
import { Loaded, SkeletonRows } from "@/parts/states";
import { Button } from "@/parts/ui/button";
import { toast } from "@/parts/ui/toast";
import { PluginRow } from "./PluginRow";
import type { Node, Status } from "./reading";
import type { NodeSearch } from "./routes";
import { itemsOf, type PluginItem } from "./sentences";
import { Table } from "./table";

const PluginDrawer = laterLayer(async () => (await import("./PluginDrawer")).PluginDrawer);

const icon = { className: "size-4", strokeWidth: 1.5, "aria-hidden": true } as const;
const headings = [
  { label: text.name },
  { label: text.type, isWide: true, width: "96px" },
  { label: text.state, isExtra: true, width: "26%" },
  { label: text.activity, isWide: true, width: "120px" },
  { label: text.enabled, isRight: true, width: "80px" },
  { label: common.more, isSilent: true, isExtra: true, width: "88px" },
];

export function PluginsPanel({ node, status }: { node: Node; status: Status | null | undefined }): ReactNode {
  const search: NodeSearch = useSearch({ from: "/nodes/$nodeId" });
  const navigate = useNavigate({ from: "/nodes/$nodeId" });
  const show = useCallback((next: NodeSearch = {}) => void navigate({ search: next, hash: true, resetScroll: false }), [navigate]);
  const query = useApi("/api/nodes/{node_id}/plugins", { params: { path: { node_id: node.node_id }, query: { limit: 500 } } });
  const items = new Map(itemsOf<PluginItem>(status?.subsystems.plugins).map((item) => [item.name, item]));
  const opened = query.data?.items.find(({ plugin_name }) => plugin_name === search.plugin);
  const close = useCallback(() => show(), [show]);
  const [round, setRound] = useState(0);
  const again = (): void => void refresh("/api/nodes").then(() => setRound(round + 1));
  return (
    <Panel id="plugins" title={nodeText.panels.plugins} isFlush actions={<Acts node={node} canSync={query.data?.items.some(({ enabled, subscribed_events }) => enabled && subscribed_events?.length) ?? false} onAdd={() => show({ add: "1" })} />}>
      <Loaded
        query={query}
        what={nodeText.panels.plugins}
        skeleton={<SkeletonRows count={2} />}
        isEmpty={({ items: all }) => all.length === 0}
        empty={
          <p className="border-t px-4 py-4 text-13 text-muted">
            {text.none}. {text.noneMore}
          </p>
        }
      >
        {({ items: all }) => (
          <Table label={nodeText.panels.plugins} headings={headings}>
            {all.map((plugin) => (
              <PluginRow key={plugin.plugin_name} plugin={plugin} item={items.get(plugin.plugin_name)} onOpen={() => show({ plugin: plugin.plugin_name })} />
            ))}
          </Table>
        )}
      </Loaded>
      <Suspense fallback={null}>
        {search.add && <PluginDrawer key="new" node={node} onClose={close} onAgain={close} />}
        {opened && <PluginDrawer key={`${opened.plugin_name} ${round}`} node={node} plugin={opened} onClose={close} onAgain={again} />}
      </Suspense>
    </Panel>
  );
}

function Acts({ node, canSync, onAdd }: { node: Node; canSync: boolean; onAdd: () => void }): ReactNode {
  const isOnline = useIsOnline();
  const sync = useChange(() => api.POST("/api/nodes/{node_id}/sync", { params: { path: { node_id: node.node_id }, query: { what: "plugins" } } }), { touches: ["/api/jobs"] });
  const start = (): void => sync.mutate(undefined, { onSuccess: () => toast.done(text.syncingAll), onError: (error) => toast.failed(text.syncFailed, error) });
  return (
    <span className="flex gap-2">
      {canSync && (
        <Button scale="small" isBusy={sync.isPending} disabled={!isOnline} icon={<RefreshCw {...icon} />} onClick={start}>
          {text.syncAll}
        </Button>
      )}
      <Button scale="small" disabled={!isOnline} title={isOnline ? undefined : common.offlineReason} icon={<Plus {...icon} />} onClick={onAdd}>
        {text.add}
      </Button>
    </span>
  );
}
