/** How full every disk and cloud account is, and how it came to be so. */
import { useNavigate, useSearch } from "@tanstack/react-router";
import { type ReactNode, useMemo } from "react";
import { useApi } from "@/api/queries";
import { classes } from "@/lib/classes";
import { useDocuments, useNodes } from "@/lib/documents";
import { storage as text } from "@/lib/text/storage";
import { visible } from "@/lib/visible";
import { Page, Panel } from "@/parts/page";
import { Empty, Loaded, SkeletonRows } from "@/parts/states";
import { Name } from "@/parts/things";
import { buttonClasses } from "@/parts/ui/button";
import { PeriodChoice, UsageChart } from "@/parts/usage";
import { fillsOf, type Known, sorted } from "./fills";
import { FillTable } from "./FillTable";
import type { UsageSearch } from "./routes";
import { StorageHeader } from "./StorageHeader";

const fullestFirst = "-share";

export function UsagePage(): ReactNode {
  const search: UsageSearch = useSearch({ from: "/storage/usage" });
  const navigate = useNavigate({ from: "/storage/usage" });
  const query = useApi("/api/storage", undefined, { every: 60_000 });
  const known = useKnown();
  const set = (changed: { [Member in keyof UsageSearch]?: UsageSearch[Member] | undefined }): void => {
    const next = { ...search, ...changed };
    void navigate({ search: Object.fromEntries(Object.entries(next).filter(([, value]) => value)), replace: true, resetScroll: false });
  };
  const sort = search.sort ?? fullestFirst;
  return (
    <Page>
      <StorageHeader tab="usage" />
      <Panel isFlush>
        <Loaded query={query} what={text.what} skeleton={<SkeletonRows count={4} />} isEmpty={({ nodes, backends }) => nodes.length + backends.length === 0} empty={<Empty drawing="storage" sentence={text.empty}>{text.emptyMore}</Empty>}>
          {(all) => <FillTable fills={sorted(fillsOf(all, known), sort)} sort={sort} onSort={(next) => set({ sort: next })} />}
        </Loaded>
      </Panel>
      <OverTime search={search} onChange={set} />
    </Page>
  );
}

function useKnown(): Known {
  const nodes = useNodes();
  const backends = useDocuments("storage_backend");
  return useMemo(
    () => ({
      names: new Map(nodes.map(({ node_id, friendly_name }) => [node_id, friendly_name])),
      types: new Map(backends.map(({ name, backend }) => [name, backend])),
    }),
    [nodes, backends],
  );
}

interface OverTimeProps {
  search: UsageSearch;
  onChange: (changed: { node?: string | undefined; period?: string | undefined }) => void;
}

/** One node at a time: a tab each. */
function OverTime({ search, onChange }: OverTimeProps): ReactNode {
  const nodes = useNodes().filter(({ role }) => role !== "peer");
  const shown = nodes.find(({ node_id }) => node_id === search.node) ?? nodes[0];
  if (!shown) return null;
  return (
    <Panel title={text.over} actions={<PeriodChoice period={search.period} onPeriod={(period) => onChange({ period })} />}>
      <div className="flex flex-col gap-4">
        {nodes.length > 1 && (
          <div role="group" aria-label={text.nodes} className="flex gap-1 overflow-x-auto">
            {nodes.map(({ node_id, friendly_name }) => (
              <button
                key={node_id}
                type="button"
                aria-pressed={node_id === shown.node_id}
                onClick={() => onChange({ node: node_id })}
                className={classes(buttonClasses("quiet", "small"), "max-w-48", node_id === shown.node_id ? "bg-raised" : "text-muted")}
              >
                <Name>{friendly_name}</Name>
              </button>
            ))}
          </div>
        )}
        <UsageChart key={shown.node_id} nodeId={shown.node_id} name={visible(shown.friendly_name)} period={search.period} onPeriod={(period) => onChange({ period })} />
      </div>
    </Panel>
  );
}
