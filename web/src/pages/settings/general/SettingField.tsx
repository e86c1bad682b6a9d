import { RotateCcw } from "lucide-react";
import { type ReactNode, useId } from "react";
import { general as text } from "@/lib/text/settings-general";
import { Select } from "@/parts/ui/choices";
import { Field, Input } from "@/parts/ui/field";
import { IconButton } from "@/parts/ui/icon-button";
import { defaults, type FieldName, kinds } from "./draft";

export interface SettingFieldProps {
  name: FieldName;
  value: string;
  problem: string | undefined;
  onChange: (value: string) => void;
}

/** One setting with its default; a default that holds is shown in place of a value. */
export function SettingField({ name, value, problem, onChange }: SettingFieldProps): ReactNode {
  const id = useId();
  const unit = kinds[name] === "days" ? text.units.days : kinds[name] === "gib" ? text.units.gib : null;
  return (
    <Field
      label={text.names[name]}
      id={id}
      problem={problem}
      help={
        <>
          {text.help[name]} {text.byDefault(worded(name, defaults[name]))}
        </>
      }
    >
      <span className="flex items-center gap-2">
        <Control id={id} name={name} value={value} onChange={onChange} />
        {unit && <span className="shrink-0 text-13 text-muted">{unit}</span>}
        <ResetButton field={text.names[name]} isOn={value !== ""} onReset={() => onChange("")} />
      </span>
    </Field>
  );
}

/** It keeps its room where there is nothing to reset. */
export function ResetButton({ field, isOn, onReset }: { field: string; isOn: boolean; onReset: () => void }): ReactNode {
  if (!isOn) return <span className="size-control shrink-0" />;
  return <IconButton label={text.reset(field)} icon={<RotateCcw className="size-4" strokeWidth={1.5} aria-hidden="true" />} onClick={onReset} />;
}

function Control({ id, name, value, onChange }: Omit<SettingFieldProps, "problem"> & { id: string }): ReactNode {
  const kind = kinds[name];
  if (kind === "switch" || kind === "level") {
    const options = kind === "switch" ? [text.on, text.off] : Object.values(text.levels);
    return (
      <Select
        id={id}
        label={text.names[name]}
        value={value || defaults[name]}
        options={options.map((label) => ({ value: label.toLowerCase(), label }))}
        onChange={onChange}
        className="max-w-48"
      />
    );
  }
  const isNumber = kind === "days" || kind === "gib";
  return (
    <Input
      id={id}
      value={kind === "time" ? value || defaults[name] : value}
      type={kind === "time" ? "time" : "text"}
      placeholder={defaults[name]}
      inputMode={isNumber ? "decimal" : undefined}
      autoComplete="off"
      className={isNumber || kind === "time" ? "tabular max-w-32" : ""}
      onChange={(event) => onChange(event.target.value)}
    />
  );
}

function worded(name: FieldName, value: string): string {
  if (kinds[name] === "switch") return value === "on" ? text.on : text.off;
  if (kinds[name] === "level") return text.levels[value as keyof typeof text.levels];
  return kinds[name] === "days" ? `${value} ${text.units.days}` : kinds[name] === "gib" ? `${value} ${text.units.gib}` : value;
}
