import { type ReactNode, useId, useState } from "react";
import { useApi } from "@/api/queries";
import { useNodes } from "@/lib/documents";
import { useSettled } from "@/lib/settled";
import { plural } from "@/lib/sizes";
import { labels as text } from "@/lib/text/labels";
import { visible } from "@/lib/visible";
import { Select, Switch } from "@/parts/ui/choices";
import { Combobox } from "@/parts/ui/combobox";
import { Field, Input } from "@/parts/ui/field";
import { TagInput } from "@/parts/ui/tag-input";
import type { Problems, RuleDraft } from "./rule-draft";

export interface RuleFieldsProps {
  draft: RuleDraft;
  problems: Problems;
  onChange: (changed: Partial<RuleDraft>) => void;
}

const words = text.rule;

export function RuleFields({ draft, problems, onChange }: RuleFieldsProps): ReactNode {
  const id = useId();
  const nodes = useNodes();
  const options = [{ value: "*", label: text.rules.allNodes }, ...nodes.map((node) => ({ value: node.node_id, label: visible(node.friendly_name) }))];
  return (
    <>
      <Field label={text.rules.name} id={`${id}-name`} problem={problems.name} isRequired>
        <Input id={`${id}-name`} value={draft.name} autoComplete="off" onChange={(event) => onChange({ name: event.target.value })} />
      </Field>
      <Field label={text.rules.node} id={`${id}-node`} problem={problems.node_id}>
        <Select id={`${id}-node`} label={text.rules.node} value={draft.node_id} options={options} onChange={(node_id) => onChange({ node_id })} />
      </Field>
      <Field label={text.rules.prefix} id={`${id}-prefix`} help={words.prefixHelp} problem={problems.path_prefix} isRequired>
        <FolderInput id={`${id}-prefix`} nodeId={draft.node_id === "*" ? nodes[0]?.node_id : draft.node_id} value={draft.path_prefix} onChange={(path_prefix) => onChange({ path_prefix })} />
      </Field>
      <Field label={text.rules.labels} id={`${id}-labels`} help={words.labelsHelp} problem={problems.labels} isRequired>
        <LabelsInput id={`${id}-labels`} value={draft.labels} onChange={(labels) => onChange({ labels })} />
      </Field>
      <div className="flex items-center gap-3">
        <Switch id={`${id}-enabled`} checked={draft.enabled} onChange={(enabled) => onChange({ enabled })} />
        <label htmlFor={`${id}-enabled`} className="text-14">
          {text.rules.enabled}
        </label>
      </div>
    </>
  );
}

function FolderInput({ id, nodeId, value, onChange }: { id: string; nodeId: string | undefined; value: string; onChange: (value: string) => void }): ReactNode {
  const prefix = useSettled(value, 200);
  const { data } = useApi(
    "/api/nodes/{node_id}/folders",
    { params: { path: { node_id: nodeId ?? "" }, query: { prefix } } },
    { enabled: nodeId !== undefined, keepsPrevious: true },
  );
  const completions = (data?.items ?? []).map(({ path, file_count }) => ({ value: path.endsWith("/") ? path : `${path}/`, note: plural(file_count, "file") }));
  return <Combobox id={id} value={value} onChange={onChange} completions={completions.filter((one) => one.value !== value)} isMono placeholder="/home/me/documents/" />;
}

function LabelsInput({ id, value, onChange }: { id: string; value: readonly string[]; onChange: (labels: string[]) => void }): ReactNode {
  const [typed, setTyped] = useState("");
  const prefix = useSettled(typed.trim(), 150);
  const { data } = useApi("/api/labels", { params: { query: { prefix, limit: 8 } } }, { enabled: prefix !== "", keepsPrevious: true });
  const completions = (data?.items ?? []).map(({ label }) => ({ value: label }));
  return <TagInput id={id} tags={value} onChange={onChange} onType={setTyped} completions={completions} />;
}
