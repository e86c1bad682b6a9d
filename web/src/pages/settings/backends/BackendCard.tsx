import { Cloud, Ellipsis } from "lucide-react";
import type { ReactNode } from "react";
import { api } from "@/api/client";
import { useChange } from "@/api/queries";
import { useIsOnline } from "@/lib/live/connection";
import { counted, size } from "@/lib/sizes";
import { common } from "@/lib/text/everywhere";
import { backends as text } from "@/lib/text/settings-backends";
import { visible } from "@/lib/visible";
import { Badge, Meter, Name, NodeBadge, StatusSentence, Time } from "@/parts/things";
import { Switch } from "@/parts/ui/choices";
import { IconButton } from "@/parts/ui/icon-button";
import { Menu } from "@/parts/ui/menu";
import { toast } from "@/parts/ui/toast";
import type { Backend } from "./draft";
import { type Live, standingOf, useLive } from "./standing";

export interface BackendCardProps {
  backend: Backend;
  onEdit: () => void;
  onAsk: (kind: "delete" | "test") => void;
}

export function BackendCard({ backend, onEdit, onAsk }: BackendCardProps): ReactNode {
  const live = useLive(backend);
  const [tone, words] = standingOf(backend, live);
  return (
    <li className="flex min-w-0 flex-col gap-3 rounded-panel border bg-panel p-4">
      <div className="flex items-center gap-3">
        <Cloud className="size-5 shrink-0 text-muted" strokeWidth={1.5} aria-hidden="true" />
        <h2 className="flex min-w-0 flex-1 items-center gap-2">
          <button type="button" onClick={onEdit} className="min-w-0 rounded-control text-left text-14 font-semibold hover:text-accent">
            <Name>{backend.name}</Name>
          </button>
          <Badge>{visible(backend.backend)}</Badge>
        </h2>
        <Enabled backend={backend} />
        <Actions backend={backend} onEdit={onEdit} onAsk={onAsk} />
      </div>
      <p className="text-13 break-words" title={words}>
        <StatusSentence tone={tone}>{words}</StatusSentence>
      </p>
      <Facts backend={backend} live={live} />
    </li>
  );
}

function Facts({ backend, live }: { backend: Backend; live: Live | null }): ReactNode {
  const rows: [string, ReactNode][] = [
    [text.mode, text.modes[backend.mode]],
    [text.node, backend.hosting_node_id ? <NodeBadge id={backend.hosting_node_id} /> : "\u2013"],
    [text.files, live?.files === null || live?.files === undefined ? "\u2013" : counted(live.files)],
    [text.lastPoll, <Time at={live?.lastPoll} />],
  ];
  return (
    <>
      <dl className="grid grid-cols-2 gap-x-4 gap-y-2 text-13">
        {rows.map(([name, value]) => (
          <div key={name} className="min-w-0">
            <dt className="text-12 text-muted">{name}</dt>
            <dd className="tabular flex min-h-5 items-center">{value}</dd>
          </div>
        ))}
      </dl>
      {live?.quota && (
        <div className="flex flex-col gap-1 text-12 text-muted">
          <span className="tabular">
            {text.quota}: {live.quota.of ? `${size(live.quota.used)} of ${size(live.quota.of)}` : size(live.quota.used)}
          </span>
          {live.quota.of && <Meter label={text.quota} used={live.quota.used} capacity={live.quota.of} />}
        </div>
      )}
    </>
  );
}

function Enabled({ backend }: { backend: Backend }): ReactNode {
  const isOnline = useIsOnline();
  const change = useChange((enabled: boolean) => api.PATCH("/api/storage-backends/{name}", { params: { path: { name: backend.name } }, body: { enabled } }), { touches: ["/api/storage-backends"] });
  return (
    <Switch
      checked={change.isPending ? change.variables : backend.enabled}
      disabled={!isOnline}
      label={text.switch(visible(backend.name))}
      onChange={(enabled) => change.mutate(enabled, { onError: (error) => toast.failed(text.switchFailed(visible(backend.name)), error) })}
    />
  );
}

function Actions({ backend, onEdit, onAsk }: BackendCardProps): ReactNode {
  const name = visible(backend.name);
  const isOnline = useIsOnline();
  const reason = isOnline ? {} : { disabled: true, title: common.offlineReason };
  const node_id = backend.hosting_node_id;
  const sync = useChange(
    (nodeId: string) => api.POST("/api/nodes/{node_id}/sync", { params: { path: { node_id: nodeId }, query: { what: "sources", backend: backend.name } } }),
    { touches: ["/api/jobs"] },
  );
  const start = (nodeId: string): void =>
    sync.mutate(nodeId, { onSuccess: () => toast.say(text.syncing(name)), onError: (error) => toast.failed(text.syncFailed(name), error) });
  return (
    <Menu
      label={text.actions(name)}
      trigger={<IconButton scale="small" label={text.actions(name)} icon={<Ellipsis className="size-4" strokeWidth={1.5} aria-hidden="true" />} />}
      entries={[
        { label: text.edit, onSelect: onEdit },
        { ...reason, label: text.test, onSelect: () => onAsk("test") },
        backend.enabled && backend.mode !== "target" && node_id ? { ...reason, label: text.sync, onSelect: () => start(node_id) } : null,
        "separator",
        { ...reason, label: text.delete, isDanger: true, onSelect: () => onAsk("delete") },
      ]}
    />
  );
}
