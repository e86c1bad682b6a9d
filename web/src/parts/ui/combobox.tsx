/** A field that completes what is typed; free text stays allowed unless a page refuses it. */
import { type KeyboardEvent, type ReactNode, useId, useState } from "react";
import { classes } from "@/lib/classes";
import { visible } from "@/lib/visible";
import { Input } from "./field";

export interface Completion {
  value: string;
  /** Muted at the right: a count, a kind. */
  note?: string;
}

export interface ComboboxProps {
  value: string;
  onChange: (value: string) => void;
  /** What completes the present text; the page asks for it. */
  completions: readonly Completion[];
  /** A completion or the text was taken with Enter or a click. */
  onTake?: (value: string) => void;
  onKeyDown?: (event: KeyboardEvent<HTMLInputElement>) => void;
  id?: string;
  label?: string;
  placeholder?: string;
  isMono?: boolean;
  isBare?: boolean;
}

export function Combobox(props: ComboboxProps): ReactNode {
  const { value, onChange, completions, onTake, id, label, placeholder, isMono, isBare } = props;
  const [isOpen, setOpen] = useState(false);
  const [at, setAt] = useState(-1);
  const list = useId();
  const isShown = isOpen && completions.length > 0;
  const take = (taken: string): void => {
    onChange(taken);
    onTake?.(taken);
    setOpen(false);
    setAt(-1);
  };
  const keyed = (event: KeyboardEvent<HTMLInputElement>): void => {
    // The layer around has kept out of it, which marks the event.
    if (event.key === "Escape" && isShown) {
      event.stopPropagation();
      setOpen(false);
      return;
    }
    props.onKeyDown?.(event);
    if (event.defaultPrevented) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      setOpen(true);
      const step = event.key === "ArrowDown" ? 1 : -1;
      setAt((at + step + completions.length + 1) % (completions.length + 1));
    } else if (event.key === "Enter") {
      const taken = isShown ? completions[at]?.value : undefined;
      if (taken === undefined && !onTake) return;
      event.preventDefault();
      take(taken ?? value);
    }
  };
  return (
    <div className="relative min-w-0 flex-1">
      <Input
        id={id}
        role="combobox"
        aria-label={label}
        aria-expanded={isShown}
        aria-controls={list}
        aria-autocomplete="list"
        aria-activedescendant={isShown && at >= 0 && at < completions.length ? `${list}-${at}` : undefined}
        autoComplete="off"
        spellCheck={false}
        placeholder={placeholder}
        value={value}
        onChange={(event) => {
          onChange(event.target.value);
          setOpen(true);
          setAt(-1);
        }}
        onKeyDown={keyed}
        onBlur={() => setOpen(false)}
        className={classes(isMono && "font-mono text-13", isBare && "h-7 border-0 bg-transparent px-1 outline-none hover:border-0")}
      />
      {isShown && (
        <div id={list} role="listbox" aria-label={label} className="appear absolute inset-x-0 top-full z-50 mt-1 max-h-64 overflow-y-auto rounded-panel border bg-panel p-1 shadow-float">
          {completions.map(({ value: one, note }, index) => (
            // The field keeps the focus and hears the keys.
            // eslint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus
            <div
              key={one}
              id={`${list}-${index}`}
              role="option"
              aria-selected={index === at}
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => take(one)}
              className={classes("flex min-h-8 cursor-pointer items-center gap-2 rounded-control px-2 text-13 hover:bg-raised", index === at && "bg-raised", isMono && "font-mono")}
            >
              <span className="min-w-0 flex-1 truncate">{visible(one)}</span>
              {note && <span className="tabular text-12 text-muted">{note}</span>}
            </div>
          ))}
        </div>
      )}
    </div>
  );
}
