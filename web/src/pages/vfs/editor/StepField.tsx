/** One thing that a step is asked with. What is being typed stays as it is typed, also while it is no number yet. */
import { type ReactNode, useId, useState } from "react";
import { classes } from "@/lib/classes";
import { useNodes } from "@/lib/documents";
import { vfs } from "@/lib/text/vfs";
import { visible } from "@/lib/visible";
import { Checkbox, Select } from "@/parts/ui/choices";
import { Field, Input } from "@/parts/ui/field";
import { TagInput } from "@/parts/ui/tag-input";
import type { RawStep } from "./draft";
import { bytesOf, bytesText, type OpField, withField } from "./ops";

const text = vfs.editor;

export interface StepFieldProps {
  field: OpField;
  step: RawStep;
  problem: string | undefined;
  onChange: (step: RawStep) => void;
}

export function StepField(props: StepFieldProps): ReactNode {
  const { field, step, problem, onChange } = props;
  const id = useId();
  const value = step[field.name];
  const set = (next: unknown): void => onChange(withField(step, field.name, next));
  const list = Array.isArray(value) ? value.map(String) : [];
  if (field.kind === "choice") return <Select label={field.label} value={typeof value === "string" ? value : (field.choices?.[0]?.value ?? "")} onChange={set} options={field.choices ?? []} className="h-8! w-40! text-13! pointer-coarse:h-11!" />;
  if (field.kind === "nodes") return <NodeTicks chosen={list} problem={problem} onChange={set} />;
  if (field.kind === "list") {
    return (
      <Labelled id={id} problem={problem} className="min-w-48 flex-1">
        <TagInput id={id} label={field.label} tags={list} onChange={set} {...(field.placeholder ? { placeholder: field.placeholder } : {})} />
      </Labelled>
    );
  }
  return <Typed {...props} />;
}

const read: Partial<Record<OpField["kind"], { shown: (value: unknown) => string; taken: (typed: string) => unknown; problem: string }>> = {
  days: { shown: (value) => (typeof value === "number" ? String(value) : ""), taken: (typed) => (/^\d+$/.test(typed.trim()) ? Number(typed) : null), problem: text.daysProblem },
  bytes: { shown: bytesText, taken: bytesOf, problem: text.sizeProblem },
  json: { shown: (value) => (value === undefined ? "" : JSON.stringify(value)), taken: jsonOf, problem: text.jsonProblem },
};

function jsonOf(typed: string): unknown {
  try {
    return JSON.parse(typed);
  } catch {
    return null;
  }
}

/** `null` of `taken` is what cannot be read. */
function Typed({ field, step, problem, onChange }: StepFieldProps): ReactNode {
  const id = useId();
  const reader = read[field.kind];
  const value = step[field.name];
  const [typed, setTyped] = useState(() => (reader ? reader.shown(value) : String(value ?? "")));
  const [isBad, setBad] = useState(false);
  const type = (next: string): void => {
    setTyped(next);
    const taken = next.trim() === "" ? "" : reader ? reader.taken(next) : next;
    setBad(taken === null);
    if (taken !== null) onChange(field.isOptional || reader ? withField(step, field.name, taken) : { ...step, [field.name]: taken });
  };
  const isShort = field.kind === "days" || field.kind === "bytes";
  return (
    <Labelled id={id} problem={isBad ? reader?.problem : problem} className={isShort ? "w-auto" : "min-w-40 flex-1"}>
      <span className="flex items-center gap-1.5">
        {(isShort || field.isOptional) && (
          <label htmlFor={id} className="text-13 whitespace-nowrap text-muted">
            {field.label}
          </label>
        )}
        <Input
          id={id}
          aria-label={field.label}
          value={typed}
          placeholder={field.placeholder ?? field.label}
          autoComplete="off"
          spellCheck={false}
          inputMode={field.kind === "days" ? "numeric" : "text"}
          onChange={(event) => type(event.target.value)}
          className={classes("h-8! text-13! pointer-coarse:h-11! pointer-coarse:text-16!", isShort && "w-24!", (field.kind === "mono" || field.kind === "json") && "font-mono")}
        />
      </span>
    </Labelled>
  );
}

function Labelled({ id, problem, className, children }: { id: string; problem: string | undefined; className: string; children: ReactNode }): ReactNode {
  return (
    <Field label="" id={id} problem={problem && visible(problem)} className={classes("[&>label:empty]:hidden", className)}>
      {children}
    </Field>
  );
}

function NodeTicks({ chosen, problem, onChange }: { chosen: readonly string[]; problem: string | undefined; onChange: (ids: string[]) => void }): ReactNode {
  const nodes = useNodes();
  const id = useId();
  const known = new Set(nodes.map(({ node_id }) => node_id));
  const all = [...nodes.map(({ node_id, friendly_name }) => ({ node_id, name: friendly_name })), ...chosen.filter((one) => !known.has(one)).map((node_id) => ({ node_id, name: node_id }))];
  return (
    <span className="flex min-h-8 flex-wrap pointer-coarse:min-h-11 items-center gap-x-3 gap-y-1 text-13">
      {all.map(({ node_id, name }) => (
        <span key={node_id} className="flex items-center gap-1.5">
          <Checkbox id={`${id}-${node_id}`} checked={chosen.includes(node_id)} onChange={(isOn) => onChange(isOn ? [...chosen, node_id] : chosen.filter((one) => one !== node_id))} />
          <label htmlFor={`${id}-${node_id}`}>{visible(name)}</label>
        </span>
      ))}
      {problem && (
        <span role="alert" className="text-12 text-error">
          {visible(problem)}
        </span>
      )}
    </span>
  );
}
