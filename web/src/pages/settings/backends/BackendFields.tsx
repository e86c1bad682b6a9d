import { type ReactNode, useId } from "react";
import { backends as text } from "@/lib/text/settings-backends";
import { visibleText } from "@/lib/visible";
import { Select } from "@/parts/ui/choices";
import { Field, Input } from "@/parts/ui/field";
import type { Backend, BackendDraft, BackendProblems } from "./draft";

export interface BackendFieldsProps {
  draft: BackendDraft;
  problems: BackendProblems;
  modes: readonly Backend["mode"][];
  /** The server has it already: its name stays. */
  isNamed: boolean;
  onChange: (changed: Partial<BackendDraft>) => void;
}

/** What all types of backends have. */
export function BackendFields({ draft, problems, modes, isNamed, onChange }: BackendFieldsProps): ReactNode {
  const id = useId();
  const shown = (problem: string | undefined): string | undefined => problem && visibleText(problem);
  return (
    <>
      {!isNamed && (
        <Field label={text.name} id={`${id}-name`} help={text.nameHelp} problem={shown(problems.name)} isRequired>
          <Input id={`${id}-name`} value={draft.name} autoComplete="off" spellCheck={false} onChange={(event) => onChange({ name: event.target.value })} />
        </Field>
      )}
      {modes.length > 1 && (
        <Field label={text.mode} id={`${id}-mode`} help={text.modeHelp}>
          <Select id={`${id}-mode`} label={text.mode} value={draft.mode} options={modes.map((value) => ({ value, label: text.modes[value] }))} onChange={(mode) => onChange({ mode })} />
        </Field>
      )}
      {draft.mode !== "target" && (
        <Field label={text.poll} id={`${id}-poll`} help={text.pollHelp} problem={shown(problems.poll)}>
          <Input id={`${id}-poll`} value={draft.poll} placeholder={text.pollDefault} inputMode="numeric" className="tabular max-w-48" onChange={(event) => onChange({ poll: event.target.value })} />
        </Field>
      )}
      <Field label={text.schedule} id={`${id}-schedule`} help={text.scheduleHelp} problem={shown(problems.schedule)}>
        <Input id={`${id}-schedule`} value={draft.schedule} autoComplete="off" onChange={(event) => onChange({ schedule: event.target.value })} />
      </Field>
    </>
  );
}
