/** All of one node: who it is, how its parts fare, what it holds and what may be changed about it. */
import { useParams } from "@tanstack/react-router";
import { type ReactNode, useEffect } from "react";
import { useApi } from "@/api/queries";
import { addresses } from "@/lib/addresses";
import { useNode } from "@/lib/documents";
import { node as text } from "@/lib/text/nodes";
import { visible } from "@/lib/visible";
import { Page, PageHeader } from "@/parts/page";
import { Empty, Failure, Offline, SkeletonPanel } from "@/parts/states";
import { buttonClasses } from "@/parts/ui/button";
import { PageLink } from "@/parts/ui/page-link";
import { BackendsPanel } from "./BackendsPanel";
import { ErrorsPanel } from "./ErrorsPanel";
import { HoldsPanel } from "./HoldsPanel";
import { MountsPanel } from "./MountsPanel";
import { NodeHead } from "./NodeHead";
import { PluginsPanel } from "./PluginsPanel";
import { type Node, useShownNode, useStatus } from "./reading";
import { StatusPanel } from "./StatusPanel";
import { StoragePanel } from "./StoragePanel";
import { UsagePanel } from "./UsagePanel";
import { WatchPanel } from "./WatchPanel";

export function NodePage(): ReactNode {
  const { nodeId } = useParams({ from: "/nodes/$nodeId" });
  const { query, node } = useShownNode(nodeId);
  const known = useNode(nodeId);
  if (node) return <Shown key={node.node_id} node={node} asOf={query.dataUpdatedAt} />;
  return (
    <Page>
      <PageHeader title={visible(known?.friendly_name ?? nodeId)} tab={text.what} />
      {query.error?.status === 404 ? <Gone /> : query.error ? <Failure what={text.what} error={query.error} onRetry={() => void query.refetch()} /> : <SkeletonPanel height={480} />}
    </Page>
  );
}

function Gone(): ReactNode {
  const action = (
    <PageLink href={addresses.nodes()} className={buttonClasses("primary")}>
      {text.back}
    </PageLink>
  );
  return (
    <Empty drawing="gone" sentence={text.gone} action={action}>
      {text.goneMore}
    </Empty>
  );
}

type PanelName = keyof typeof text.panels;

function Shown({ node, asOf }: { node: Node; asOf: number }): ReactNode {
  const told = useStatus(node.node_id);
  const hosted = useApi("/api/storage-backends", { params: { query: { limit: 500 } } });
  const backends = (hosted.data?.items ?? []).filter(({ hosting_node_id }) => hosting_node_id === node.node_id);
  const held = useApi("/api/nodes/{node_id}/holds", { params: { path: { node_id: node.node_id } } }, { every: 15_000 });
  const holds = held.data?.items ?? [];
  const hasFailed = (query: { data: unknown; error: unknown }): boolean => query.data === undefined && query.error !== null;
  const isBridge = node.role === "bridge";
  const hasFolders = node.watch_paths.length > 0;
  const panels: readonly (readonly [PanelName, ReactNode, boolean])[] = [
    ["holds", <HoldsPanel key="holds" node={node} query={held} />, holds.length > 0 || hasFailed(held)],
    ["status", <StatusPanel key="status" node={node} told={told} />, true],
    [isBridge ? "bridge" : "storage", <StoragePanel key="storage" node={node} />, hasFolders || isBridge || Boolean(node.storage?.length)],
    ["usage", <UsagePanel key="usage" node={node} />, hasFolders || backends.length > 0 || Boolean(node.storage?.length)],
    ["watch", <WatchPanel key="watch" node={node} status={told.status} />, !isBridge && node.role !== "peer"],
    ["mounts", <MountsPanel key="mounts" node={node} />, !isBridge && node.role !== "peer"],
    ["plugins", <PluginsPanel key="plugins" node={node} status={told.status} />, node.role !== "peer"],
    ["backends", <BackendsPanel key="backends" node={node} query={hosted} backends={backends} />, backends.length > 0 || hasFailed(hosted)],
    ["errors", <ErrorsPanel key="errors" told={told} />, told.status !== null],
  ];
  const shown = panels.filter(([, , isShown]) => isShown);
  useHash();
  return (
    <Page>
      <NodeHead node={node} canSync={hasFolders || backends.length > 0} />
      <Offline asOf={asOf} />
      <div className="grid gap-6 wide:grid-cols-[minmax(0,1fr)_176px]">
        <div className="flex min-w-0 flex-col gap-6">{shown.map(([, panel]) => panel)}</div>
        <Index names={shown.map(([name]) => name)} />
      </div>
    </Page>
  );
}

/** `…#watch` goes to that panel, once it is there. */
function useHash(): void {
  useEffect(() => {
    const id = location.hash.slice(1);
    if (id) document.getElementById(id)?.scrollIntoView({ block: "start" });
  }, []);
}

function Index({ names }: { names: readonly PanelName[] }): ReactNode {
  return (
    <nav aria-label={text.index} className="hidden wide:block">
      <ul className="sticky top-6 flex flex-col border-l text-13">
        {names.map((name) => (
          <li key={name}>
            <a
              href={`#${name}`}
              onClick={(event) => {
                event.preventDefault();
                document.getElementById(name)?.scrollIntoView({ block: "start" });
              }}
              className="block px-3 py-1 text-muted hover:text-ink"
            >
              {text.panels[name]}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
