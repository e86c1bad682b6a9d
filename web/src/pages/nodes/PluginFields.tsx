import { type ReactNode, useId } from "react";
import { plugins as text } from "@/lib/text/plugins";
import { Select, Switch } from "@/parts/ui/choices";
import { Combobox } from "@/parts/ui/combobox";
import { Field, Input, TextArea } from "@/parts/ui/field";
import { TagInput } from "@/parts/ui/tag-input";
import type { Available, PluginDraft, PluginProblems, PluginType } from "./plugin-draft";

export interface PluginFieldsProps {
  draft: PluginDraft;
  problems: PluginProblems;
  available: readonly Available[];
  isNew: boolean;
  /** The node has found nothing of this name. */
  isUnknown: boolean;
  hasLimits: boolean;
  onChange: (changed: Partial<PluginDraft>) => void;
}

const words = text.drawer;
const types: readonly PluginType[] = ["executable", "socket", "python"];
const unset = "*";
const events = ["file.added", "file.modified", "file.moved", "file.deleted"];

/** What a person adds by hand: not the parts that every node runs by itself. */
function isAddable({ configured, standing, backends }: Available): boolean {
  return !configured && standing === "disabled" && (backends?.length ?? 0) === 0;
}

export function PluginFields({ draft, problems, available, isNew, isUnknown, hasLimits, onChange }: PluginFieldsProps): ReactNode {
  const id = useId();
  const wanted = draft.plugin_name.trim().toLowerCase();
  const offered = available.filter((one) => isAddable(one) && one.name !== draft.plugin_name && `${one.name} ${one.title}`.toLowerCase().includes(wanted));
  return (
    <>
      {isNew && (
        <Field label={words.choose} id={`${id}-plugin`} help={words.chooseHelp} problem={problems.plugin_name} isRequired>
          <Combobox id={`${id}-plugin`} value={draft.plugin_name} onChange={(plugin_name) => onChange({ plugin_name })} completions={offered.map(({ name, title }) => ({ value: name, note: title }))} isMono />
        </Field>
      )}
      {isUnknown && (
        <>
          <p role="status" className="rounded-control bg-warn-soft px-3 py-2 text-13">
            {words.warning}
          </p>
          <Field label={words.kind} id={`${id}-type`} problem={problems.plugin_type}>
            <Select<PluginType | typeof unset>
              id={`${id}-type`}
              label={words.kind}
              value={draft.plugin_type || unset}
              onChange={(type) => onChange({ plugin_type: type === unset ? "" : type })}
              options={[{ value: unset, label: words.kindUnset }, ...types.map((value) => ({ value, label: text.types[value] }))]}
            />
          </Field>
        </>
      )}
      <Field label={words.display} id={`${id}-name`} help={isNew ? words.displayHelp : undefined} problem={problems.name}>
        <Input id={`${id}-name`} value={draft.name} autoComplete="off" onChange={(event) => onChange({ name: event.target.value })} />
      </Field>
      <div className="flex items-center gap-3">
        <Switch id={`${id}-enabled`} checked={draft.enabled} onChange={(enabled) => onChange({ enabled })} />
        <label htmlFor={`${id}-enabled`} className="text-14">
          {text.enabled}
        </label>
      </div>
      <Field label={words.events} id={`${id}-events`} help={words.eventsHelp} problem={problems.subscribed_events}>
        <TagInput id={`${id}-events`} label={words.events} tags={draft.subscribed_events} completions={events.map((value) => ({ value }))} onChange={(subscribed_events) => onChange({ subscribed_events })} />
      </Field>
      <Field label={words.globs} id={`${id}-globs`} help={words.globsHelp} problem={problems.mime_globs}>
        <TagInput id={`${id}-globs`} label={words.globs} tags={draft.mime_globs} onChange={(mime_globs) => onChange({ mime_globs })} />
      </Field>
      {hasLimits && <Limits id={id} draft={draft} problems={problems} onChange={onChange} />}
      <Field label={words.config} id={`${id}-config`} help={words.configHelp} problem={problems.config}>
        <TextArea id={`${id}-config`} value={draft.config} placeholder="{ }" spellCheck={false} className="font-mono text-13" onChange={(event) => onChange({ config: event.target.value })} />
      </Field>
    </>
  );
}

function Limits({ id, draft, problems, onChange }: Pick<PluginFieldsProps, "draft" | "problems" | "onChange"> & { id: string }): ReactNode {
  const limits = [
    ["workers", words.workers],
    ["timeout_s", words.timeout],
    ["max_attempts", words.attempts],
  ] as const;
  return (
    <div className="grid grid-cols-3 gap-4">
      {limits.map(([name, label]) => (
        <Field key={name} label={label} id={`${id}-${name}`} problem={problems[name]}>
          <Input id={`${id}-${name}`} inputMode="numeric" value={draft[name]} className="tabular" onChange={(event) => onChange({ [name]: event.target.value })} />
        </Field>
      ))}
    </div>
  );
}
