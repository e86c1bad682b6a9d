/** Rules that label whole folders. */
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Plus } from "lucide-react";
import { type ReactNode, useCallback, useMemo, useState } from "react";
import { api } from "@/api/client";
import { queryClient, useApi, useChange } from "@/api/queries";
import type { Schema } from "@/api/schemas";
import { useIsOnline } from "@/lib/live/connection";
import { counted } from "@/lib/sizes";
import { common } from "@/lib/text/everywhere";
import { labels as text } from "@/lib/text/labels";
import { visible } from "@/lib/visible";
import { type Column, VirtualTable } from "@/parts/list";
import { Page, Panel } from "@/parts/page";
import { Empty, Loaded, NoMatch } from "@/parts/states";
import { LabelChip, Name, NodeBadge, PathText, Time } from "@/parts/things";
import { Button } from "@/parts/ui/button";
import { Switch } from "@/parts/ui/choices";
import { SearchInput } from "@/parts/ui/search-input";
import { toast } from "@/parts/ui/toast";
import { LabelsHeader } from "./LabelsHeader";
import { RuleDrawer } from "./RuleDrawer";
import type { RulesSearch } from "./routes";

type Rule = Schema<"ShownRule">;

const words = text.rules;
const call = ["/api/labels/rules", { params: { query: { limit: 500 } } }] as const;

export function RulesPage(): ReactNode {
  const search: RulesSearch = useSearch({ from: "/labels/rules" });
  const navigate = useNavigate({ from: "/labels/rules" });
  const show = useCallback((rule?: string) => void navigate({ search: rule ? { rule } : {} }), [navigate]);
  const query = useApi(...call);
  const isOnline = useIsOnline();
  const opened = query.data?.items.find(({ rule_id }) => rule_id === search.rule);
  const add = (
    <Button look="primary" disabled={!isOnline} title={isOnline ? undefined : common.offlineReason} icon={<Plus className="size-4" strokeWidth={1.5} aria-hidden="true" />} onClick={() => show("new")}>
      {words.add}
    </Button>
  );
  const none = (
    <Empty
      drawing="rules"
      sentence={words.empty}
      action={
        <Button look="primary" disabled={!isOnline} title={isOnline ? undefined : common.offlineReason} onClick={() => show("new")}>
          {words.first}
        </Button>
      }
    >
      {words.emptyMore}
    </Empty>
  );
  return (
    <Page isFull>
      <LabelsHeader tab="rules" actions={add} />
      <Panel isFlush className="min-h-0 flex-1">
        <Loaded query={query} what={words.what} isEmpty={({ items }) => items.length === 0} empty={none}>
          {({ items }) => <RuleTable rules={items} current={search.rule} onOpen={show} />}
        </Loaded>
      </Panel>
      {search.rule === "new" && <RuleDrawer key="new" begin={{ node_id: search.node, path_prefix: search.prefix }} onClose={() => show()} />}
      {opened && <RuleDrawer key={opened.rule_id} rule={opened} onClose={() => show()} />}
    </Page>
  );
}

function RuleTable({ rules, current, onOpen }: { rules: readonly Rule[]; current: string | undefined; onOpen: (id: string) => void }): ReactNode {
  const [wanted, setWanted] = useState("");
  const shown = useMemo(() => rules.filter((rule) => isWanted(rule, wanted)), [rules, wanted]);
  const keyAt = useCallback((at: number) => shown[at]?.rule_id, [shown]);
  return (
    <div className="flex h-full min-h-0 flex-col">
      <div className="border-b px-4 py-2">
        <SearchInput label={words.find} value={wanted} onChange={setWanted} data-page-search="" className="w-64 phone:w-full" />
      </div>
      {shown.length === 0 ? (
        <NoMatch by={visible(wanted)} onClear={() => setWanted("")} />
      ) : (
        <VirtualTable
          label={words.what}
          count={shown.length}
          rowAt={(at) => shown[at]}
          keyAt={keyAt}
          columns={columns}
          onOpen={({ rule_id }) => onOpen(rule_id)}
          isCurrent={({ rule_id }) => rule_id === current}
          phoneRow={(rule) => (
            <div className="flex items-center gap-3">
              <div className="flex min-w-0 flex-1 flex-col gap-1">
                <span className="flex min-w-0 items-center gap-2">
                  <Name className="font-medium">{rule.name}</Name>
                  <Chips labels={rule.labels} />
                </span>
                <span className="flex min-w-0 items-center gap-2 text-12 text-muted">
                  {rule.node_id === "*" ? words.allNodes : <NodeBadge id={rule.node_id} className="shrink-0" />}
                  <PathText path={rule.path_prefix} />
                </span>
              </div>
              <Enabled rule={rule} />
            </div>
          )}
        />
      )}
    </div>
  );
}

function isWanted({ name, path_prefix, labels }: Rule, wanted: string): boolean {
  const text_ = wanted.trim().toLowerCase();
  return [name, path_prefix, ...labels].some((one) => one.toLowerCase().includes(text_));
}

const columns: readonly Column<Rule>[] = [
  { id: "name", header: words.name, width: "minmax(120px,1fr)", cell: ({ name }) => <Name className="font-medium">{name}</Name> },
  {
    id: "node",
    header: words.node,
    width: "152px",
    cell: ({ node_id }) => (node_id === "*" ? <span className="text-muted">{words.allNodes}</span> : <NodeBadge id={node_id} />),
  },
  { id: "prefix", header: words.prefix, width: "minmax(120px,1.4fr)", cell: ({ path_prefix }) => <PathText path={path_prefix} /> },
  { id: "labels", header: words.labels, width: "minmax(120px,1.2fr)", cell: ({ labels }) => <Chips labels={labels} /> },
  { id: "files", header: words.files, width: "96px", isRight: true, cell: ({ match_count }) => counted(match_count) },
  { id: "created", header: words.created, width: "132px", isRight: true, cell: ({ created_at }) => <Time at={created_at} /> },
  { id: "enabled", header: words.enabled, width: "96px", isRight: true, cell: (rule) => <Enabled rule={rule} /> },
];

function Chips({ labels }: { labels: readonly string[] }): ReactNode {
  return (
    <span className="flex min-w-0 items-center gap-1 overflow-hidden">
      {labels.map((label) => (
        <LabelChip key={label} label={label} />
      ))}
    </span>
  );
}

/** Acts at once, and takes itself back when the server refuses. */
function Enabled({ rule }: { rule: Rule }): ReactNode {
  const isOnline = useIsOnline();
  const change = useChange((enabled: boolean) => api.PATCH("/api/labels/rules/{rule_id}", { params: { path: { rule_id: rule.rule_id } }, body: { enabled } }), {
    touches: ["/api/labels", "/api/files"],
    shown: (enabled) => showEnabled(rule.rule_id, enabled),
  });
  return (
    <Switch
      checked={rule.enabled}
      disabled={!isOnline}
      label={words.switch(visible(rule.name))}
      onChange={(enabled) => change.mutate(enabled, { onError: (error) => toast.failed(words.switchFailed(visible(rule.name)), error) })}
    />
  );
}

function showEnabled(ruleId: string, enabled: boolean): () => void {
  const before = queryClient.getQueryData<{ items: Rule[] }>(call);
  if (before) {
    const items = before.items.map((rule) => (rule.rule_id === ruleId ? { ...rule, enabled } : rule));
    queryClient.setQueryData(call, { ...before, items });
  }
  return () => queryClient.setQueryData(call, before);
}
