import { Cloud, Globe, Laptop, type LucideIcon, Monitor, Server } from "lucide-react";
import type { ReactNode } from "react";
import { useApi } from "@/api/queries";
import { addresses } from "@/lib/addresses";
import { classes } from "@/lib/classes";
import { type Documents, useSelected } from "@/lib/documents";
import { plural, size } from "@/lib/sizes";
import { common } from "@/lib/text/everywhere";
import { dashboard as text } from "@/lib/text/dashboard";
import { visible } from "@/lib/visible";
import { Dot, Meter, Name, Time, toneOfStatus } from "@/parts/things";
import { later } from "@/parts/things/heard";
import { Skeleton, useIsLate } from "@/parts/states";
import { PageLink } from "@/parts/ui/page-link";
import { byTrouble, fillOf } from "./node-order";

type Node = Documents["node"];

const edges = { online: "border-l-ok", degraded: "border-l-warn", offline: "border-l-error", disabled: "border-l-edge" };
const card = "flex h-32 flex-col justify-between rounded-panel border border-l-[3px] bg-panel p-4";

/** A card a node; above eight they scroll sideways. The live heartbeat comes from the API. */
export function NodeStrip(): ReactNode {
  const nodes = useSelected("node", byTrouble);
  const { data } = useApi("/api/nodes", { params: { query: { limit: 500 } } }, { every: 30_000 });
  const reported = new Map(data?.items.map((node) => [node.node_id, node]));
  const isLate = useIsLate();
  const isScrolling = nodes.length > 8;
  return (
    <section aria-label={text.nodes}>
      <ul
        className={classes(
          isScrolling
            ? "-mx-1 flex snap-x gap-3 overflow-x-auto px-1 pb-2 *:w-60 *:shrink-0 *:snap-start"
            : "grid grid-cols-1 gap-3 sm:grid-cols-2 lg:grid-cols-3 xl:grid-cols-4",
        )}
      >
        {nodes.length === 0 && <li className={card}>{isLate && <Skeleton className="pulse-soft h-4 w-1/2" />}</li>}
        {nodes.map((node) => (
          <li key={node.node_id}>
            <NodeCard node={node} heartbeat={reported.get(node.node_id)?.last_heartbeat} files={reported.get(node.node_id)?.file_count} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function NodeCard({ node, heartbeat, files }: { node: Node; heartbeat: string | undefined; files: number | undefined }): ReactNode {
  const fill = fillOf(node);
  return (
    <PageLink href={addresses.node(node.node_id)} className={classes(card, edges[node.status], "transition-colors hover:bg-raised")}>
      <span className="flex items-center gap-2">
        <NodeIcon node={node} />
        <Name className="min-w-0 flex-1 font-medium">{node.friendly_name}</Name>
        <span className="inline-flex items-center gap-1.5 text-12">
          <Dot tone={toneOfStatus[node.status]} />
          {common.status[node.status]}
        </span>
      </span>
      <span className="flex justify-between gap-2 text-12 text-muted">
        <span className="truncate">
          {text.heartbeat} <Time at={later(heartbeat, node.last_heartbeat)} />
        </span>
        <span className="tabular shrink-0">{files === undefined ? "" : plural(files, "file")}</span>
      </span>
      {fill ? (
        <span className="flex flex-col gap-1">
          <Meter used={fill.used} capacity={fill.capacity} label={text.storageOf(visible(node.friendly_name))} />
          <span className="tabular text-12 text-muted">{text.used(size(fill.used), size(fill.capacity))}</span>
        </span>
      ) : (
        <span className="text-12 text-muted">{text.noDisks}</span>
      )}
    </PageLink>
  );
}

const platforms: Record<Node["platform"], LucideIcon> = { linux: Server, darwin: Laptop, windows: Monitor };

function NodeIcon({ node: { role, platform } }: { node: Node }): ReactNode {
  const Icon = role === "bridge" ? Cloud : role === "peer" ? Globe : platforms[platform];
  return <Icon className="size-5 shrink-0 text-muted" strokeWidth={1.5} aria-hidden="true" />;
}
