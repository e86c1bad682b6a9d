import { type ReactNode, useId, useState } from "react";
import { useApi } from "@/api/queries";
import { useDocuments, useNodes } from "@/lib/documents";
import { useSettled } from "@/lib/settled";
import { storage as text } from "@/lib/text/storage";
import { visible } from "@/lib/visible";
import { Select, Switch } from "@/parts/ui/choices";
import { Combobox } from "@/parts/ui/combobox";
import { Field, Input } from "@/parts/ui/field";
import { TagInput } from "@/parts/ui/tag-input";
import type { PinDraft, PinProblems, ScopeKind } from "./pin-draft";

export interface PinFieldsProps {
  draft: PinDraft;
  problems: PinProblems;
  onChange: (changed: Partial<PinDraft>) => void;
}

const words = text.pins;
const kinds = ["path", "labels", "search"] as const;

export function PinFields({ draft, problems, onChange }: PinFieldsProps): ReactNode {
  const id = useId();
  const nodes = useNodes().filter(({ role, status }) => !role && status !== "disabled");
  return (
    <>
      <Field label={words.name} id={`${id}-name`} problem={problems.name} isRequired>
        <Input id={`${id}-name`} value={draft.name} autoComplete="off" onChange={(event) => onChange({ name: event.target.value })} />
      </Field>
      <Field label={words.node} id={`${id}-node`} problem={problems.node_id} isRequired>
        <Select id={`${id}-node`} label={words.node} value={draft.node_id} placeholder={words.nodeProblem} onChange={(node_id) => onChange({ node_id })} options={nodes.map((node) => ({ value: node.node_id, label: visible(node.friendly_name) }))} />
      </Field>
      {draft.kind === "rule" ? (
        <p className="rounded-control bg-raised px-3 py-2 text-13">{words.ruleKept}</p>
      ) : (
        <Field label={words.scope} id={`${id}-kind`}>
          <Select<ScopeKind> id={`${id}-kind`} label={words.scope} value={draft.kind} onChange={(kind) => onChange({ kind })} options={kinds.map((value) => ({ value, label: words.scopes[value] }))} />
        </Field>
      )}
      <Scope id={id} draft={draft} problems={problems} onChange={onChange} />
      <div className="grid grid-cols-3 gap-4 phone:grid-cols-2">
        <Field label={words.budget} id={`${id}-budget`} problem={problems.budget} isRequired>
          <Input id={`${id}-budget`} inputMode="decimal" value={draft.budget} className="tabular" onChange={(event) => onChange({ budget: event.target.value })} />
        </Field>
        <Field label={words.priority} id={`${id}-priority`} help={words.priorityHelp} problem={problems.priority}>
          <Input id={`${id}-priority`} inputMode="numeric" value={draft.priority} className="tabular" onChange={(event) => onChange({ priority: event.target.value })} />
        </Field>
        <Field label={words.expires} id={`${id}-expires`} help={words.expiresHelp} problem={problems.expires}>
          <Input id={`${id}-expires`} type="date" value={draft.expires} onChange={(event) => onChange({ expires: event.target.value })} />
        </Field>
      </div>
      <div className="flex items-center gap-3">
        <Switch id={`${id}-enabled`} checked={draft.enabled} onChange={(enabled) => onChange({ enabled })} />
        <label htmlFor={`${id}-enabled`} className="text-14">
          {words.enabled}
        </label>
      </div>
    </>
  );
}

function Scope({ id, draft, problems, onChange }: PinFieldsProps & { id: string }): ReactNode {
  if (draft.kind === "path") {
    return (
      <Field label={words.path} id={`${id}-path`} help={words.pathHelp} problem={problems.path} isRequired>
        <DirectoryInput id={`${id}-path`} value={draft.path} onChange={(path) => onChange({ path })} />
      </Field>
    );
  }
  if (draft.kind === "labels") {
    return (
      <Field label={words.scopes.labels} id={`${id}-labels`} problem={problems.labels} isRequired>
        <LabelsInput id={`${id}-labels`} value={draft.labels} onChange={(labels) => onChange({ labels })} />
      </Field>
    );
  }
  if (draft.kind === "rule") return null;
  return (
    <Field label={words.scopes.search} id={`${id}-search`} problem={problems.search} isRequired>
      <Input id={`${id}-search`} value={draft.search} autoComplete="off" spellCheck={false} onChange={(event) => onChange({ search: event.target.value })} />
    </Field>
  );
}

function DirectoryInput({ id, value, onChange }: { id: string; value: string; onChange: (value: string) => void }): ReactNode {
  const directories = useDocuments("virtual_directory");
  const known = directories.map(({ virtual_path }) => virtual_path).filter((path) => path !== value && path.toLowerCase().includes(value.toLowerCase()));
  const completions = known
    .sort()
    .slice(0, 8)
    .map((path) => ({ value: path }));
  return <Combobox id={id} value={value} onChange={onChange} completions={completions} isMono placeholder="/documents" />;
}

function LabelsInput({ id, value, onChange }: { id: string; value: readonly string[]; onChange: (labels: string[]) => void }): ReactNode {
  const [typed, setTyped] = useState("");
  const prefix = useSettled(typed.trim(), 150);
  const { data } = useApi("/api/labels", { params: { query: { prefix, limit: 8 } } }, { enabled: prefix !== "", keepsPrevious: true });
  return <TagInput id={id} tags={value} onChange={onChange} onType={setTyped} completions={(data?.items ?? []).map(({ label }) => ({ value: label }))} />;
}
