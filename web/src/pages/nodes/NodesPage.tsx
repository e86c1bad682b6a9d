/** Every node there is, and the way for another to join. */
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Plus } from "lucide-react";
import { type ReactNode, useCallback } from "react";
import { useIsOnline } from "@/lib/live/connection";
import { common } from "@/lib/text/everywhere";
import { nodes as text } from "@/lib/text/nodes";
import { visible } from "@/lib/visible";
import { Page, PageHeader, Panel } from "@/parts/page";
import { Empty, Loaded, NoMatch } from "@/parts/states";
import { Button } from "@/parts/ui/button";
import { Select } from "@/parts/ui/choices";
import { SearchInput } from "@/parts/ui/search-input";
import { AddNode } from "./AddNode";
import { NodeTable } from "./NodeTable";
import { type Node, useShownNodes } from "./reading";
import { type Kind, kinds, type NodesSearch, type Standing, standings } from "./routes";

const every = "*";

export function NodesPage(): ReactNode {
  const search: NodesSearch = useSearch({ from: "/nodes" });
  const navigate = useNavigate({ from: "/nodes" });
  const { query, nodes } = useShownNodes();
  const isOnline = useIsOnline();
  const set = useCallback(
    (changed: { [Name in keyof NodesSearch]?: string | undefined }): void => {
      void navigate({ search: (before) => cleaned({ ...before, ...changed }), replace: true });
    },
    [navigate],
  );
  const add = (
    <Button look="primary" disabled={!isOnline} title={isOnline ? undefined : common.offlineReason} icon={<Plus className="size-4" strokeWidth={1.5} aria-hidden="true" />} onClick={() => set({ add: "1" })}>
      {text.add}
    </Button>
  );
  const shown = nodes.filter((node) => isWanted(node, search));
  return (
    <Page isFull>
      <PageHeader title={text.title} actions={add} />
      <Panel isFlush className="min-h-0 flex-1" title={<Filters search={search} onChange={set} />}>
        <Loaded query={query} what={text.what} isEmpty={({ items }) => items.length === 0} empty={<Empty drawing="nodes" sentence={text.empty} action={add}>{text.emptyMore}</Empty>}>
          {() =>
            shown.length === 0 ? (
              <NoMatch by={filterOf(search)} onClear={() => set({ status: undefined, kind: undefined, q: undefined })} />
            ) : (
              <NodeTable nodes={shown} />
            )
          }
        </Loaded>
      </Panel>
      {search.add && <AddNode onClose={() => set({ add: undefined })} />}
    </Page>
  );
}

function cleaned(given: { [Name in keyof NodesSearch]?: string | undefined }): NodesSearch {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value)) as NodesSearch;
}

export function kindOf({ role }: Pick<Node, "role">): Kind {
  return role ?? "device";
}

function isWanted(node: Node, { status, kind, q = "" }: NodesSearch): boolean {
  return (!status || node.status === status) && (!kind || kindOf(node) === kind) && node.friendly_name.toLowerCase().includes(q.trim().toLowerCase());
}

function filterOf({ status, kind, q }: NodesSearch): string {
  return [q && visible(q), status && common.status[status], kind && common.role[kind]].filter(Boolean).join(", ");
}

function Filters({ search, onChange }: { search: NodesSearch; onChange: (changed: { [Name in keyof NodesSearch]?: string | undefined }) => void }): ReactNode {
  return (
    <div className="flex flex-wrap items-center gap-2 font-normal phone:grid phone:grid-cols-2">
      <SearchInput label={text.find} value={search.q ?? ""} onChange={(q) => onChange({ q })} data-page-search="" className="w-64 phone:col-span-2 phone:w-full" />
      <Select<Standing | typeof every>
        label={text.filterStatus}
        value={search.status ?? every}
        onChange={(status) => onChange({ status: status === every ? undefined : status })}
        options={[{ value: every, label: text.anyStatus }, ...standings.map((value) => ({ value, label: common.status[value] }))]}
        className="max-w-40 phone:max-w-none"
      />
      <Select<Kind | typeof every>
        label={text.filterKind}
        value={search.kind ?? every}
        onChange={(kind) => onChange({ kind: kind === every ? undefined : kind })}
        options={[{ value: every, label: text.anyKind }, ...kinds.map((value) => ({ value, label: common.role[value] }))]}
        className="max-w-36 phone:max-w-none"
      />
    </div>
  );
}
