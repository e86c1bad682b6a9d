/** Which files were given labels by hand, and beside it every label there is. */
import { useNavigate, useSearch } from "@tanstack/react-router";
import { type ReactNode, useEffect, useState } from "react";
import { useNodes } from "@/lib/documents";
import { useSettled } from "@/lib/settled";
import { labels as text } from "@/lib/text/labels";
import { visible } from "@/lib/visible";
import { Page, Panel } from "@/parts/page";
import { Chip } from "@/parts/things";
import { Select } from "@/parts/ui/choices";
import { SearchInput } from "@/parts/ui/search-input";
import { AllLabels } from "./AllLabels";
import { AssignmentTable } from "./AssignmentTable";
import { LabelsHeader } from "./LabelsHeader";
import type { AssignmentsSearch } from "./routes";

const everyNode = "*";
const words = text.assignments;

export function AssignmentsPage(): ReactNode {
  const search: AssignmentsSearch = useSearch({ from: "/labels/assignments" });
  const navigate = useNavigate({ from: "/labels/assignments" });
  const set = (changed: Partial<Record<keyof AssignmentsSearch, string | undefined>>): void => {
    void navigate({ search: (before) => cleaned({ ...before, ...changed }), replace: true });
  };
  return (
    <Page isFull>
      <LabelsHeader tab="assignments" />
      <div className="grid min-h-0 flex-1 gap-6 phone:flex-none phone:grid-rows-[352px_auto] phone:pb-gutter md:grid-cols-[minmax(0,1fr)_280px]">
        <Panel isFlush className="min-h-0" title={<Filters search={search} onChange={set} />}>
          <AssignmentTable search={search} onSort={(sort) => set({ sort })} onClear={() => set({ label: undefined, node: undefined, path: undefined })} />
        </Panel>
        <AllLabels current={search.label} onPick={(label) => set({ label: label === search.label ? undefined : label })} />
      </div>
    </Page>
  );
}

function cleaned(given: Partial<Record<string, string | undefined>>): AssignmentsSearch {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value)) as AssignmentsSearch;
}

function Filters({ search, onChange }: { search: AssignmentsSearch; onChange: (changed: Partial<Record<keyof AssignmentsSearch, string | undefined>>) => void }): ReactNode {
  const nodes = useNodes();
  const [path, setPath] = useState(search.path ?? "");
  const settled = useSettled(path, 300);
  useEffect(() => {
    if (settled !== (search.path ?? "")) onChange({ path: settled || undefined });
    // Only what was typed is followed: the address follows it, and not the other way round.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [settled]);
  const options = [{ value: everyNode, label: words.allNodes }, ...nodes.map((node) => ({ value: node.node_id, label: visible(node.friendly_name) }))];
  return (
    <div className="flex flex-wrap items-center gap-2 font-normal">
      <SearchInput label={words.filterPath} value={path} onChange={setPath} data-page-search="" className="w-64 phone:w-full" />
      {nodes.length > 1 && (
        <Select label={words.filterNode} value={search.node ?? everyNode} onChange={(node) => onChange({ node: node === everyNode ? undefined : node })} options={options} className="max-w-44 phone:max-w-none" />
      )}
      {search.label && <Chip onRemove={() => onChange({ label: undefined })}>{visible(search.label)}</Chip>}
    </div>
  );
}
