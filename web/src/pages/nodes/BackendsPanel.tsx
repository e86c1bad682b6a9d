import type { UseQueryResult } from "@tanstack/react-query";
import { RefreshCw } from "lucide-react";
import type { ReactNode } from "react";
import { api } from "@/api/client";
import type { ApiError } from "@/api/errors";
import { useChange } from "@/api/queries";
import type { Schema } from "@/api/schemas";
import { addresses } from "@/lib/addresses";
import { useIsOnline } from "@/lib/live/connection";
import { counted } from "@/lib/sizes";
import { common } from "@/lib/text/everywhere";
import { node as text } from "@/lib/text/nodes";
import { visible, visibleText } from "@/lib/visible";
import { Panel } from "@/parts/page";
import { Loaded } from "@/parts/states";
import { Name, StatusSentence, Time, type Tone } from "@/parts/things";
import { buttonClasses } from "@/parts/ui/button";
import { IconButton } from "@/parts/ui/icon-button";
import { PageLink } from "@/parts/ui/page-link";
import { toast } from "@/parts/ui/toast";
import type { Node } from "./reading";
import { Cell, Row, RowActions, Table } from "./table";

type Backend = Schema<"ShownBackend">;

const words = text.backends;
const tones: Record<string, Tone> = { connected: "ok", mock: "ok", ready: "ok", polling: "info" };

export interface BackendsPanelProps {
  node: Node;
  /** All that there are; `backends` are those of it that this node runs. */
  query: UseQueryResult<unknown, ApiError>;
  backends: readonly Backend[];
}

/** The backends that this node runs. */
export function BackendsPanel({ node, query, backends }: BackendsPanelProps): ReactNode {
  const headings = [
    { label: words.name },
    { label: words.type, isWide: true, width: "96px" },
    { label: words.mode, isWide: true, width: "88px" },
    { label: words.state, width: "30%" },
    { label: words.last, isExtra: true, width: "128px" },
    { label: words.files, isRight: true, isExtra: true, width: "80px" },
    { label: common.more, isSilent: true, width: "56px" },
  ];
  const settings = (
    <PageLink href={addresses.settings("backends")} className={buttonClasses("secondary", "small")}>
      {words.settings}
    </PageLink>
  );
  return (
    <Panel id="backends" title={text.panels.backends} isFlush actions={settings}>
      <Loaded query={query} what={text.panels.backends}>
        {() => (
          <Table label={text.panels.backends} headings={headings}>
            {backends.map((backend) => (
              <Row key={backend.name}>
                <Cell>
                  <Name className="block font-medium">{backend.name}</Name>
                </Cell>
                <Cell isWide>{visible(backend.backend)}</Cell>
                <Cell isWide>{words.modes[backend.mode]}</Cell>
                <Cell>
                  <Standing backend={backend} />
                </Cell>
                <Cell isExtra>
                  <Time at={word(backend, "last_poll")} />
                </Cell>
                <Cell isRight isExtra>
                  {typeof backend.live?.files === "number" ? counted(backend.live.files) : "\u2013"}
                </Cell>
                <Cell isRight>{backend.mode !== "target" && backend.enabled && <Look node={node} name={backend.name} />}</Cell>
              </Row>
            ))}
          </Table>
        )}
      </Loaded>
    </Panel>
  );
}

function word({ live }: Backend, name: string): string | undefined {
  const value = live?.[name];
  return typeof value === "string" && value ? value : undefined;
}

function Standing({ backend }: { backend: Backend }): ReactNode {
  if (!backend.enabled) return <StatusSentence tone="neutral">{words.off}</StatusSentence>;
  const state = word(backend, "state");
  if (!state) return <StatusSentence tone="neutral">{words.untold}</StatusSentence>;
  const why = word(backend, "message");
  const told = state.charAt(0).toUpperCase() + state.slice(1).replaceAll("_", " ");
  return (
    <span title={why && visibleText(why)}>
      <StatusSentence tone={tones[state] ?? "warn"}>{visibleText(why ?? told)}</StatusSentence>
    </span>
  );
}

function Look({ node, name }: { node: Node; name: string }): ReactNode {
  const isOnline = useIsOnline();
  const sync = useChange(() => api.POST("/api/nodes/{node_id}/sync", { params: { path: { node_id: node.node_id }, query: { what: "sources", backend: name } } }), { touches: ["/api/jobs", "/api/storage-backends"] });
  const start = (): void => sync.mutate(undefined, { onSuccess: () => toast.done(text.syncing(visible(node.friendly_name))), onError: (error) => toast.failed(text.syncFailed, error) });
  return (
    <RowActions>
      <IconButton scale="small" label={words.sync(visible(name))} disabled={!isOnline || sync.isPending} icon={<RefreshCw className="size-4" strokeWidth={1.5} aria-hidden="true" />} onClick={start} />
    </RowActions>
  );
}
