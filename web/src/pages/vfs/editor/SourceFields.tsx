/** Where the files of a mount come from. */
import { type ReactNode, useId } from "react";
import { useApi } from "@/api/queries";
import { useNodes } from "@/lib/documents";
import { useSettled } from "@/lib/settled";
import { plural } from "@/lib/sizes";
import { vfs } from "@/lib/text/vfs";
import { visible } from "@/lib/visible";
import { Select } from "@/parts/ui/choices";
import { Combobox } from "@/parts/ui/combobox";
import { Field, Input } from "@/parts/ui/field";
import { kindOf, type Problems, type RawMount, type SourceKind, withKind } from "./draft";

const text = vfs.editor;
const kinds: readonly SourceKind[] = ["node", "label", "search"];

export interface SourceFieldsProps {
  mount: RawMount;
  /** `mounts[0]`. */
  place: string;
  problems: Problems;
  onChange: (mount: RawMount) => void;
}

export function SourceFields({ mount, place, problems, onChange }: SourceFieldsProps): ReactNode {
  const id = useId();
  const nodes = useNodes();
  const kind = kindOf(mount);
  const { source } = mount;
  const set = (changed: RawMount["source"]): void => onChange({ ...mount, source: { ...source, ...changed } });
  const problem = (name: string): string | undefined => problems.get(`${place}.source.${name}`) ?? (name === "export_path" || name === "label" || name === "search" ? problems.get(`${place}.source`) : undefined);
  if (kind === "other") {
    return (
      <div className="text-13">
        <p className="text-muted">{text.imported}</p>
        <pre className="mt-1 overflow-x-auto rounded-control bg-raised p-2 font-mono text-12">{visible(JSON.stringify(source))}</pre>
      </div>
    );
  }
  const options = [{ value: "*", label: text.allNodes }, ...nodes.map((node) => ({ value: node.node_id, label: visible(node.friendly_name) }))];
  if (source.node_id && !options.some(({ value }) => value === source.node_id)) options.push({ value: source.node_id, label: visible(source.node_id) });
  return (
    <div className="grid gap-3 md:grid-cols-[152px_minmax(0,1fr)_minmax(0,2fr)]">
      <Field label={text.source} id={`${id}-kind`}>
        <Select id={`${id}-kind`} label={text.source} value={kind} onChange={(next) => onChange(withKind(mount, next))} options={kinds.map((value) => ({ value, label: text.kinds[value] }))} />
      </Field>
      {kind === "node" && (
        <>
          <Field label={text.node} id={`${id}-node`} problem={problem("node_id")}>
            <Select id={`${id}-node`} label={text.node} value={source.node_id ?? "*"} onChange={(node_id) => set({ node_id })} options={options} />
          </Field>
          <Field label={text.path} id={`${id}-path`} problem={problem("export_path")}>
            <FolderField id={`${id}-path`} nodeId={source.node_id === "*" ? nodes[0]?.node_id : (source.node_id ?? undefined)} value={source.export_path ?? ""} onChange={(export_path) => set({ export_path })} />
          </Field>
        </>
      )}
      {kind === "label" && (
        <Field label={text.label} id={`${id}-label`} problem={problem("label")} className="md:col-span-2">
          <LabelField id={`${id}-label`} value={source.label ?? ""} onChange={(label) => set({ label })} />
        </Field>
      )}
      {kind === "search" && (
        <Field label={text.search} id={`${id}-search`} problem={problem("search")} help={text.searchHelp} className="md:col-span-2">
          <Input id={`${id}-search`} value={source.search ?? ""} autoComplete="off" spellCheck={false} onChange={(event) => set({ search: event.target.value })} />
        </Field>
      )}
    </div>
  );
}

export function FolderField({ id, nodeId, value, onChange, placeholder }: { id: string; nodeId: string | undefined; value: string; onChange: (value: string) => void; placeholder?: string }): ReactNode {
  const prefix = useSettled(value, 200);
  const { data } = useApi("/api/nodes/{node_id}/folders", { params: { path: { node_id: nodeId ?? "" }, query: { prefix } } }, { enabled: nodeId !== undefined, keepsPrevious: true });
  const completions = (data?.items ?? []).map(({ path, file_count }) => ({ value: path, note: plural(file_count, "file") }));
  return <Combobox id={id} value={value} onChange={onChange} completions={completions.filter((one) => one.value !== value)} isMono {...(placeholder ? { placeholder } : {})} />;
}

function LabelField({ id, value, onChange }: { id: string; value: string; onChange: (value: string) => void }): ReactNode {
  const prefix = useSettled(value.trim(), 150);
  const { data } = useApi("/api/labels", { params: { query: { prefix, limit: 8 } } }, { keepsPrevious: true });
  const completions = (data?.items ?? []).map(({ label, assignment_count }) => ({ value: label, note: plural(assignment_count, "file") }));
  return <Combobox id={id} value={value} onChange={onChange} completions={completions.filter((one) => one.value !== value)} />;
}
