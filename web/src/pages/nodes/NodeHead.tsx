/** Name, facts and the few acts on a node as a whole. */
import { Ellipsis, RefreshCw } from "lucide-react";
import { type ReactNode, useEffect, useState } from "react";
import { api } from "@/api/client";
import { refresh, useChange } from "@/api/queries";
import { useIsOnline } from "@/lib/live/connection";
import { common } from "@/lib/text/everywhere";
import { node as text } from "@/lib/text/nodes";
import { visible } from "@/lib/visible";
import { CopyButton, Time } from "@/parts/things";
import { Button } from "@/parts/ui/button";
import { DestructiveDialog } from "@/parts/ui/destructive-dialog";
import { IconButton } from "@/parts/ui/icon-button";
import { Menu } from "@/parts/ui/menu";
import { toast } from "@/parts/ui/toast";
import { Standing } from "./NodeTable";
import { NodeTitle } from "./NodeTitle";
import type { Node } from "./reading";

const icon = { className: "size-4", strokeWidth: 1.5, "aria-hidden": true } as const;

export function NodeHead({ node, canSync }: { node: Node; canSync: boolean }): ReactNode {
  const name = visible(node.friendly_name);
  useEffect(() => {
    document.title = `${name} \u2013 ${common.product}`;
  }, [name]);
  return (
    <header className="flex flex-col gap-2">
      <div className="flex min-h-9 flex-wrap items-center gap-x-4 gap-y-2">
        <NodeTitle node={node} />
        <Acts node={node} canSync={canSync} />
      </div>
      <Facts node={node} />
      {node.status === "disabled" && <p className="rounded-control bg-raised px-3 py-2 text-13">{text.disabledNote}</p>}
    </header>
  );
}

function Facts({ node }: { node: Node }): ReactNode {
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-1 text-13 text-muted">
      <span className="text-ink">
        <Standing node={node} />
      </span>
      <span>
        {common.role[node.role ?? "device"]}, {common.platform[node.platform]}
      </span>
      <span>
        {text.version} {visible(node.version)}
      </span>
      <span>
        {text.heard} <Time at={node.last_heartbeat} />
      </span>
      <span className="flex items-center gap-1">
        <code className="font-mono text-12">{visible(node.node_id)}</code>
        <CopyButton text={node.node_id} />
      </span>
    </div>
  );
}

function Acts({ node, canSync }: { node: Node; canSync: boolean }): ReactNode {
  const [asked, setAsked] = useState<"deregister" | "forget" | null>(null);
  const isOnline = useIsOnline();
  const name = visible(node.friendly_name);
  const isDisabled = node.status === "disabled";
  const given = { params: { path: { node_id: node.node_id } } };
  const sync = useChange(() => api.POST("/api/nodes/{node_id}/sync", given), { touches: ["/api/jobs", "/api/nodes"] });
  const enable = useChange(() => api.POST("/api/nodes/{node_id}/enable", given), { touches: ["/api/nodes"] });
  const start = (): void => sync.mutate(undefined, { onSuccess: () => toast.done(text.syncing(name)), onError: (error) => toast.failed(text.syncFailed, error) });
  const readmit = (): void => enable.mutate(undefined, { onSuccess: () => toast.done(text.enabled(name)), onError: (error) => toast.failed(text.enable, error) });
  const remove = async (): Promise<void> => {
    await api.DELETE("/api/nodes/{node_id}", given);
    await refresh("/api/nodes");
    toast.done(text.deregistered(name));
  };
  const forget = async (): Promise<void> => {
    await api.DELETE("/api/nodes/{node_id}", { params: { ...given.params, query: { forget_files: true } } });
    await Promise.all([refresh("/api/jobs"), refresh("/api/nodes")]);
    toast.done(text.forgetting);
  };
  return (
    <div className="flex items-center gap-2">
      {!isDisabled && canSync && (
        <Button look="primary" isBusy={sync.isPending} disabled={!isOnline} title={isOnline ? undefined : common.offlineReason} icon={<RefreshCw {...icon} />} onClick={start}>
          {text.sync}
        </Button>
      )}
      {isOnline && (
        <Menu
          label={text.more}
          trigger={<IconButton label={text.more} icon={<Ellipsis {...icon} />} />}
          entries={[
            isDisabled && { label: text.enable, onSelect: readmit },
            isDisabled && node.file_count > 0 && { label: `${text.forget}\u2026`, onSelect: () => setAsked("forget"), isDanger: true },
            !isDisabled && { label: `${text.deregister}\u2026`, onSelect: () => setAsked("deregister"), isDanger: true },
          ]}
        />
      )}
      <DestructiveDialog isOpen={asked === "deregister"} onClose={() => setAsked(null)} title={text.deregisterTitle(name)} loss={text.deregisterLoss(name, node.file_count)} verb={text.deregister} onConfirm={remove} />
      <DestructiveDialog
        isOpen={asked === "forget"}
        onClose={() => setAsked(null)}
        title={text.forgetTitle(name)}
        loss={text.forgetLoss(node.file_count)}
        verb={text.forget}
        onConfirm={forget}
        nameToType={node.friendly_name}
      />
    </div>
  );
}
