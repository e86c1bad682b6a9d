/** One mount: source, what becomes of folders and of same names, and its filter steps. */
import { ArrowDown, ArrowUp, Copy, MoreHorizontal, Trash2 } from "lucide-react";
import { type ReactNode, useId } from "react";
import { vfs } from "@/lib/text/vfs";
import { Select } from "@/parts/ui/choices";
import { Field } from "@/parts/ui/field";
import { IconButton } from "@/parts/ui/icon-button";
import { Menu } from "@/parts/ui/menu";
import { SortableItem } from "@/parts/ui/sortable";
import { kindOf, type MountDraft, type Problems, type RawMount, without } from "./draft";
import { FolderField, SourceFields } from "./SourceFields";
import { StepList } from "./StepList";

const text = vfs.editor;
const icon = { className: "size-4", strokeWidth: 1.5, "aria-hidden": true } as const;

export interface MountCardProps {
  draft: MountDraft;
  at: number;
  count: number;
  problems: Problems;
  onChange: (draft: MountDraft) => void;
  onMove: (by: 1 | -1) => void;
  onCopy: () => void;
  onRemove: () => void;
}

export function MountCard({ draft, at, count, problems, onChange, onMove, onCopy, onRemove }: MountCardProps): ReactNode {
  const place = `mounts[${at}]`;
  const change = (mount: RawMount): void => onChange({ ...draft, mount });
  return (
    <SortableItem id={draft.key} handleLabel={text.moveMount(at + 1)} className="rounded-panel border bg-panel">
      {(handle) => (
        <section aria-label={text.mount(at + 1)}>
          <header className="flex h-11 items-center gap-1 border-b px-2">
            {handle}
            <h4 className="min-w-0 flex-1 text-13 font-semibold">{text.mount(at + 1)}</h4>
            <Menu
              label={vfs.more}
              trigger={<IconButton scale="small" label={`${vfs.more}: ${text.mount(at + 1)}`} icon={<MoreHorizontal {...icon} />} />}
              entries={[
                at > 0 && { label: text.up, icon: <ArrowUp {...icon} />, onSelect: () => onMove(-1) },
                at < count - 1 && { label: text.down, icon: <ArrowDown {...icon} />, onSelect: () => onMove(1) },
                { label: text.duplicate, icon: <Copy {...icon} />, onSelect: onCopy },
              ]}
            />
            <IconButton scale="small" label={`${text.delete}: ${text.mount(at + 1)}`} icon={<Trash2 {...icon} />} onClick={onRemove} />
          </header>
          <div className="flex flex-col gap-4 p-4">
            <SourceFields mount={draft.mount} place={place} problems={problems} onChange={change} />
            <Handling mount={draft.mount} place={place} problems={problems} onChange={change} />
            <div>
              <h5 className="mb-1 text-13 font-medium">{text.steps}</h5>
              <StepList steps={draft.steps} place={`${place}.steps`} problems={problems} onChange={(steps) => onChange({ ...draft, steps })} />
            </div>
            <Otherwise mount={draft.mount} onChange={change} />
          </div>
        </section>
      )}
    </SortableItem>
  );
}

function Handling({ mount, place, problems, onChange }: { mount: RawMount; place: string; problems: Problems; onChange: (mount: RawMount) => void }): ReactNode {
  const id = useId();
  const { strategy, conflict_policy: policy = "last_write_wins" } = mount;
  const strategies = (["prefix_replace", "flatten", "mirror_source"] as const).filter((one) => one !== "mirror_source" || strategy === one);
  const setStrategy = (next: RawMount["strategy"]): void => {
    onChange({ ...(next === "prefix_replace" ? mount : without(mount, "source_prefix")), strategy: next });
  };
  const setPrefix = (source_prefix: string): void => {
    onChange(source_prefix ? { ...mount, source_prefix } : without(mount, "source_prefix"));
  };
  return (
    <div className="grid items-start gap-3 md:grid-cols-[152px_minmax(0,1fr)_minmax(0,2fr)]">
      {kindOf(mount) === "node" && (
        <Field label={text.strategy} id={`${id}-strategy`} problem={problems.get(`${place}.strategy`)}>
          <Select id={`${id}-strategy`} label={text.strategy} value={strategy} onChange={setStrategy} options={strategies.map((value) => ({ value, label: text.strategies[value] }))} />
        </Field>
      )}
      <Field label={text.policy} id={`${id}-policy`} help={policy === "last_write_wins" ? text.policyNote : undefined}>
        <Select id={`${id}-policy`} label={text.policy} value={policy} onChange={(conflict_policy) => onChange({ ...mount, conflict_policy })} options={(["suffix_node_id", "last_write_wins"] as const).map((value) => ({ value, label: text.policies[value] }))} />
      </Field>
      {kindOf(mount) === "node" && strategy === "prefix_replace" && (
        <Field label={text.prefix} id={`${id}-prefix`} help={text.prefixHelp} problem={problems.get(`${place}.source_prefix`)}>
          <FolderField id={`${id}-prefix`} nodeId={undefined} value={mount.source_prefix ?? ""} onChange={setPrefix} placeholder={mount.source.export_path ?? "/"} />
        </Field>
      )}
    </div>
  );
}

function Otherwise({ mount, onChange }: { mount: RawMount; onChange: (mount: RawMount) => void }): ReactNode {
  return (
    <p className="flex flex-wrap items-center gap-2 text-13">
      {text.otherwise}
      <Select
        label={text.otherwise}
        value={mount.default_result ?? "include"}
        onChange={(default_result) => onChange({ ...mount, default_result })}
        options={(["include", "exclude"] as const).map((value) => ({ value, label: text.results[value] }))}
        className="h-8! w-32! text-13!"
      />
    </p>
  );
}
