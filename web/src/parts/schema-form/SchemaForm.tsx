/** The fields of a plugin's or a backend's own options, as it declares them. The page around it saves. */
import { type ReactNode, useId } from "react";
import { schemaForm as text } from "@/lib/text/schema-form";
import { visible, visibleText } from "@/lib/visible";
import { Select, Switch } from "@/parts/ui/choices";
import { Field, Input, TextArea } from "@/parts/ui/field";
import { type Option, type OptionDraft, type OptionProblems, type OptionsDraft, shownOf } from "./options";
import { SecretField } from "./SecretField";

export interface SchemaFormProps {
  options: readonly Option[];
  draft: OptionsDraft;
  problems?: OptionProblems;
  onChange: (draft: OptionsDraft) => void;
}

export function SchemaForm({ options, draft, problems = {}, onChange }: SchemaFormProps): ReactNode {
  return shownOf(options, draft, problems).map((option) => (
    <OptionField
      key={option.name}
      option={option}
      value={draft[option.name]}
      problem={problems[option.name]}
      onChange={(value) => onChange({ ...draft, [option.name]: value })}
    />
  ));
}

export interface OptionFieldProps {
  option: Option;
  value: OptionDraft | undefined;
  problem?: string | undefined;
  onChange: (value: OptionDraft) => void;
}

export function OptionField({ option, value, problem, onChange }: OptionFieldProps): ReactNode {
  const id = useId();
  const label = visible(option.title);
  const help = option.description ? visible(option.description) : undefined;
  if (option.type === "boolean") return <BooleanField id={id} label={label} help={help} value={value === true} onChange={onChange} />;
  return (
    <Field label={label} id={id} help={help} problem={problem && visibleText(problem)} isRequired={option.isRequired}>
      <Control id={id} option={option} label={label} value={value} onChange={onChange} />
    </Field>
  );
}

interface ControlProps extends OptionFieldProps {
  id: string;
  label: string;
}

function Control({ id, option, label, value, onChange }: ControlProps): ReactNode {
  if (option.type === "secret") {
    const secret = typeof value === "object" ? value : { isSet: false, text: null };
    return <SecretField id={id} label={label} value={secret} canTakeOut={!option.isRequired} onChange={onChange} />;
  }
  const shown = typeof value === "string" ? value : "";
  if (option.type === "enum") return <Choices id={id} option={option} label={label} value={shown} onChange={onChange} />;
  const placeholder = option.default === undefined ? undefined : visible(String(option.default));
  if (option.isMultiline) return <TextArea id={id} value={shown} placeholder={placeholder} spellCheck={false} onChange={(event) => onChange(event.target.value)} />;
  return (
    <Input
      id={id}
      value={shown}
      placeholder={placeholder}
      inputMode={option.type === "number" ? "decimal" : undefined}
      autoComplete="off"
      spellCheck={false}
      className={option.type === "number" ? "tabular max-w-40" : undefined}
      onChange={(event) => onChange(event.target.value)}
    />
  );
}

const unset = "\u0000";

function Choices({ id, option, label, value, onChange }: Omit<ControlProps, "value"> & { value: string }): ReactNode {
  const known = option.choices.map(String);
  const listed = value && !known.includes(value) ? [value, ...known] : known;
  const nothing = option.default === undefined ? text.notSet : text.byDefault(visible(String(option.default)));
  const canBeUnset = !option.isRequired || option.default !== undefined || value === "";
  const options = listed.map((choice) => ({ value: choice, label: visible(choice) }));
  return (
    <Select
      id={id}
      label={label}
      value={value || unset}
      onChange={(next) => onChange(next === unset ? "" : next)}
      options={canBeUnset ? [{ value: unset, label: nothing }, ...options] : options}
    />
  );
}

interface BooleanFieldProps {
  id: string;
  label: string;
  help: string | undefined;
  value: boolean;
  onChange: (value: boolean) => void;
}

function BooleanField({ id, label, help, value, onChange }: BooleanFieldProps): ReactNode {
  return (
    <div className="flex items-start gap-3">
      <Switch id={id} checked={value} onChange={onChange} />
      <div className="min-w-0">
        <label htmlFor={id} className="text-13 font-medium">
          {label}
        </label>
        {help && <p className="text-12 text-muted">{help}</p>}
      </div>
    </div>
  );
}
