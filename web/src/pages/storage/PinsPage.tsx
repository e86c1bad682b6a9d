/** What nodes keep whole copies of, so that it opens there without a network. */
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Plus } from "lucide-react";
import { type ReactNode, useCallback, useState } from "react";
import { api } from "@/api/client";
import { useApi, useChange } from "@/api/queries";
import { useIsOnline } from "@/lib/live/connection";
import { size } from "@/lib/sizes";
import { common } from "@/lib/text/everywhere";
import { storage as text } from "@/lib/text/storage";
import { visible } from "@/lib/visible";
import { type Column, VirtualTable } from "@/parts/list";
import { Page, Panel } from "@/parts/page";
import { Empty, Loaded } from "@/parts/states";
import { Meter, Name, NodeBadge, StatusSentence, Time, type Tone } from "@/parts/things";
import { Button } from "@/parts/ui/button";
import { Switch } from "@/parts/ui/choices";
import { toast } from "@/parts/ui/toast";
import { aboutOf, type Pin } from "./pin-draft";
import { PinDrawer } from "./PinDrawer";
import type { PinsSearch } from "./routes";
import { StorageHeader } from "./StorageHeader";

const words = text.pins;
const none: readonly Pin[] = [];
const tones: Record<string, Tone> = { kept: "ok", fetching: "info", wanted: "info", waiting: "warn", blocked: "warn", disabled: "neutral", expired: "neutral" };

export function PinsPage(): ReactNode {
  const search: PinsSearch = useSearch({ from: "/storage/copies" });
  const navigate = useNavigate({ from: "/storage/copies" });
  const show = useCallback((pin?: string) => void navigate({ search: pin ? { pin } : {} }), [navigate]);
  const close = useCallback(() => show(), [show]);
  const query = useApi("/api/pins", { params: { query: { limit: 500 } } }, { every: 15_000 });
  const isOnline = useIsOnline();
  const pins = query.data?.items ?? none;
  const opened = pins.find(({ pin_id }) => pin_id === search.pin);
  const keyAt = useCallback((at: number) => pins[at]?.pin_id, [pins]);
  const add = (
    <Button look="primary" disabled={!isOnline} title={isOnline ? undefined : common.offlineReason} icon={<Plus className="size-4" strokeWidth={1.5} aria-hidden="true" />} onClick={() => show("new")}>
      {words.add}
    </Button>
  );
  return (
    <Page isFull>
      <StorageHeader tab="pins" actions={add} />
      <Panel isFlush className="min-h-0 flex-1">
        <Loaded query={query} what={words.what} isEmpty={({ items }) => items.length === 0} empty={<Empty drawing="storage" sentence={words.empty} action={add}>{words.emptyMore}</Empty>}>
          {() => (
            <div className="flex h-full min-h-0 flex-col">
              <VirtualTable
                label={words.what}
                count={pins.length}
                rowAt={(at) => pins[at]}
                keyAt={keyAt}
                columns={columns}
                onOpen={({ pin_id }) => show(pin_id)}
                isCurrent={({ pin_id }) => pin_id === search.pin}
                phoneRow={(pin) => (
                  <div className="flex items-center gap-3">
                    <div className="flex min-w-0 flex-1 flex-col gap-1">
                      <span className="flex min-w-0 items-center gap-2">
                        <Name className="font-medium">{pin.name}</Name>
                        <NodeBadge id={pin.node_id} className="shrink-0" />
                      </span>
                      <span className="flex min-w-0 items-center gap-2 text-12">
                        <State pin={pin} />
                        <Name className="text-muted">{aboutOf(pin)}</Name>
                      </span>
                    </div>
                    <Enabled pin={pin} />
                  </div>
                )}
              />
            </div>
          )}
        </Loaded>
      </Panel>
      {search.pin === "new" && <PinDrawer key="new" onClose={close} />}
      {opened && <PinDrawer key={opened.pin_id} pin={opened} onClose={close} />}
    </Page>
  );
}

function State({ pin: { state, waits_for, blocked_files = 0, blocked_bytes } }: { pin: Pin }): ReactNode {
  const word = state ? (words.states[state] ?? visible(state)) : words.states.wanted;
  const more = [waits_for && (words.waits[waits_for] ?? visible(waits_for)), blocked_files > 0 && `${words.blocked} ${words.noRoom(blocked_files, size(blocked_bytes))}`].filter(Boolean).join("; ");
  return (
    <span title={more || undefined}>
      <StatusSentence tone={tones[state ?? "wanted"] ?? "neutral"}>{more ? `${word}, ${more}` : word}</StatusSentence>
    </span>
  );
}

function Kept({ pin: { name, kept_bytes = 0, bytes } }: { pin: Pin }): ReactNode {
  if (bytes === undefined) return <span className="text-muted">{"\u2013"}</span>;
  return (
    <span className="flex w-full items-center gap-3">
      <Meter isProgress used={kept_bytes} capacity={bytes} label={`${words.kept}: ${visible(name)}`} />
      <span className="tabular w-32 shrink-0 text-right text-12 text-muted">{words.of(size(kept_bytes), size(bytes))}</span>
    </span>
  );
}

/** Acts at once; the switch goes back when the server refuses. */
function Enabled({ pin }: { pin: Pin }): ReactNode {
  const [wish, setWish] = useState<boolean | null>(null);
  const isOnline = useIsOnline();
  const change = useChange((enabled: boolean) => api.PATCH("/api/pins/{pin_id}", { params: { path: { pin_id: pin.pin_id } }, body: { enabled } }), { touches: ["/api/pins"] });
  const press = (enabled: boolean): void => {
    setWish(enabled);
    change.mutate(enabled, { onError: (error) => toast.failed(words.switchFailed(visible(pin.name)), error), onSettled: () => setWish(null) });
  };
  return <Switch checked={wish ?? pin.enabled} disabled={!isOnline} label={words.switch(visible(pin.name))} onChange={press} />;
}

const columns: readonly Column<Pin>[] = [
  { id: "name", header: words.name, width: "minmax(96px,1fr)", cell: ({ name }) => <Name className="font-medium">{name}</Name> },
  { id: "about", header: words.about, width: "minmax(96px,1.2fr)", cell: (pin) => <Name>{aboutOf(pin)}</Name> },
  { id: "node", header: words.node, width: "136px", cell: ({ node_id }) => <NodeBadge id={node_id} /> },
  { id: "state", header: words.state, width: "minmax(112px,1fr)", cell: (pin) => <State pin={pin} /> },
  { id: "kept", header: words.kept, width: "minmax(200px,1.2fr)", cell: (pin) => <Kept pin={pin} /> },
  { id: "until", header: words.until, width: "104px", cell: ({ expires_at }) => (expires_at ? <Time at={expires_at} /> : <span className="text-muted">{words.always}</span>) },
  { id: "enabled", header: words.active, width: "72px", isRight: true, cell: (pin) => <Enabled pin={pin} /> },
];
