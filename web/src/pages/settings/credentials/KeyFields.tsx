import { type ReactNode, useId } from "react";
import { credentials as text } from "@/lib/text/settings-credentials";
import { Select } from "@/parts/ui/choices";
import { Field, Input } from "@/parts/ui/field";
import { isOver } from "./expiry";

export interface KeyDraft {
  name: string;
  scope: string;
  /** The last day; empty: without an end. */
  day: string;
}

export type KeyProblems = Partial<Record<keyof KeyDraft, string>>;

const scopes = ["full", "read", "metrics", "mirror"] as const;

export function problemsOf({ name, day }: KeyDraft, now = Date.now()): KeyProblems {
  return { ...(name.trim() ? {} : { name: text.nameProblem }), ...(isOver(day, now) ? { day: text.expiryProblem } : {}) };
}

export interface KeyFieldsProps {
  draft: KeyDraft;
  problems: KeyProblems;
  /** Its scope is settled. */
  isMade?: boolean;
  onChange: (draft: KeyDraft) => void;
}

export function KeyFields({ draft, problems, isMade = false, onChange }: KeyFieldsProps): ReactNode {
  const id = useId();
  return (
    <>
      <Field label={text.name} id={`${id}-name`} problem={problems.name} isRequired>
        <Input id={`${id}-name`} value={draft.name} maxLength={200} autoComplete="off" onChange={(event) => onChange({ ...draft, name: event.target.value })} />
      </Field>
      {!isMade && (
        <Field label={text.scope} id={`${id}-scope`} help={text.scopeHelp[draft.scope as (typeof scopes)[number]]}>
          <Select id={`${id}-scope`} label={text.scope} value={draft.scope} options={scopes.map((value) => ({ value, label: text.scopes[value] }))} onChange={(scope) => onChange({ ...draft, scope })} />
        </Field>
      )}
      <Field label={text.expires} id={`${id}-day`} help={text.expiryHelp} problem={problems.day}>
        <Input id={`${id}-day`} type="date" value={draft.day} className="max-w-48" onChange={(event) => onChange({ ...draft, day: event.target.value })} />
      </Field>
    </>
  );
}
