import { CircleAlert, FileStack, GitMerge, type LucideIcon, Network, ScanSearch } from "lucide-react";
import { type ReactNode, Suspense, useState } from "react";
import { useApi } from "@/api/queries";
import type { Schema } from "@/api/schemas";
import { useNodes } from "@/lib/documents";
import { dashboard as text } from "@/lib/text/dashboard";
import { visible } from "@/lib/visible";
import { later } from "@/parts/later";
import { Panel } from "@/parts/page";
import { Empty, Loaded, NoMatch, SkeletonRows } from "@/parts/states";
import { NodeBadge, Time } from "@/parts/things";
import { sentenceOf } from "./sentence";

type Deed = Schema<"Deed">;

const NodeFilter = later(async () => (await import("./NodeFilter")).NodeFilter);
const everyNode = "*";
const icons: Record<Deed["kind"], LucideIcon> = {
  changes: FileStack,
  crawl: ScanSearch,
  node: Network,
  notification: CircleAlert,
  conflict: GitMerge,
};

/** The last fifty things that mattered, the newest first. */
export function Activity(): ReactNode {
  const [node, setNode] = useState(everyNode);
  const nodes = useNodes();
  const names = new Map(nodes.map(({ node_id, friendly_name }) => [node_id, friendly_name]));
  const query = useApi("/api/activity", { params: { query: { limit: 50, ...(node === everyNode ? {} : { node_id: node }) } } }, { keepsPrevious: true });
  const none =
    node === everyNode ? (
      <Empty drawing="files" sentence={text.noActivity}>
        {text.noActivityMore}
      </Empty>
    ) : (
      <NoMatch by={visible(names.get(node) ?? node)} onClear={() => setNode(everyNode)} />
    );
  return (
    <Panel
      title={text.activity}
      isFlush
      actions={
        nodes.length > 1 && (
          <Suspense fallback={null}>
            <NodeFilter value={node} everyNode={everyNode} onChange={setNode} />
          </Suspense>
        )
      }
    >
      <Loaded query={query} what={text.activity} skeleton={<SkeletonRows count={6} />} isEmpty={({ items }) => items.length === 0} empty={none}>
        {({ items }) => (
          <ol className="border-t pb-1">
            {items.map((deed) => (
              <DeedRow key={deed.key} deed={deed} names={names} />
            ))}
          </ol>
        )}
      </Loaded>
    </Panel>
  );
}

function DeedRow({ deed, names }: { deed: Deed; names: ReadonlyMap<string, string> }): ReactNode {
  const Icon = icons[deed.kind];
  const sentence = visible(sentenceOf(deed, names));
  return (
    <li className="flex min-h-row items-center gap-3 px-4 py-1 text-13">
      <Icon className="size-4 shrink-0 text-muted" strokeWidth={1.5} aria-hidden="true" />
      <span className="line-clamp-3 min-w-0 flex-1 break-words" title={sentence}>
        {sentence}
      </span>
      {deed.node_id && <NodeBadge id={deed.node_id} className="max-w-28 phone:hidden" />}
      <span className="w-28 shrink-0 text-right text-12 text-muted">
        <Time at={deed.time} />
      </span>
    </li>
  );
}
