/** Several words in one field: Enter or a comma adds one, Backspace in the empty field takes the last away. */
import { type KeyboardEvent, type ReactNode, useState } from "react";
import { LabelChip } from "@/parts/things/chip";
import { Combobox, type Completion } from "./combobox";

export interface TagInputProps {
  tags: readonly string[];
  onChange: (tags: string[]) => void;
  completions?: readonly Completion[];
  /** What is being typed, to ask for completions. */
  onType?: (text: string) => void;
  id?: string;
  label?: string;
  placeholder?: string;
}

export function TagInput({ tags, onChange, completions = [], onType, id, label, placeholder }: TagInputProps): ReactNode {
  const [typed, setTyped] = useState("");
  const type = (text: string): void => {
    setTyped(text);
    onType?.(text);
  };
  const add = (text: string): void => {
    const tag = text.trim();
    type("");
    if (tag && !tags.includes(tag)) onChange([...tags, tag]);
  };
  const keyed = (event: KeyboardEvent<HTMLInputElement>): void => {
    if (event.key === "," && typed.trim()) {
      event.preventDefault();
      add(typed);
    } else if (event.key === "Backspace" && !typed && tags.length > 0) {
      event.preventDefault();
      onChange(tags.slice(0, -1));
    } else if (event.key === "Tab" && typed.trim()) add(typed);
  };
  const offered = completions.filter(({ value }) => !tags.includes(value));
  return (
    <div className="flex min-h-control flex-wrap items-center gap-1 rounded-control border border-edge bg-panel p-1 focus-within:outline-2 focus-within:outline-offset-2 focus-within:outline-accent hover:border-ink">
      {tags.map((tag) => (
        <LabelChip key={tag} label={tag} onRemove={() => onChange(tags.filter((one) => one !== tag))} />
      ))}
      <Combobox
        value={typed}
        onChange={type}
        completions={typed ? offered : []}
        onTake={add}
        onKeyDown={keyed}
        isBare
        {...(id ? { id } : {})}
        {...(label ? { label } : {})}
        {...(placeholder && tags.length === 0 ? { placeholder } : {})}
      />
    </div>
  );
}
