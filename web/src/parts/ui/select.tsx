/**
 * A control that chooses one of a list. The focus stays on it while its list is open, so nothing around is hidden from
 * anybody; the list lies in the top layer, so nothing cuts it off.
 */
import { Check, ChevronDown } from "lucide-react";
import { type KeyboardEvent, type ReactNode, type RefObject, useEffect, useId, useLayoutEffect, useRef, useState } from "react";
import { classes } from "@/lib/classes";
import { controlClasses, useField } from "./field";
import { afterKey, useBeginnings } from "./select-keys";

export interface Option<T extends string> {
  value: T;
  label: string;
  isDisabled?: boolean;
}

export interface SelectProps<T extends string> {
  value: T;
  onChange: (value: T) => void;
  options: readonly Option<T>[];
  id?: string;
  label?: string;
  placeholder?: string;
  className?: string;
  disabled?: boolean;
}

export function Select<T extends string>({ value, onChange, options, id, label, placeholder, className, disabled }: SelectProps<T>): ReactNode {
  const own = useId();
  const list = `${own}-list`;
  const box = useRef<HTMLButtonElement>(null);
  const chosen = options.findIndex((option) => option.value === value);
  /** The option that Enter would take; `null` while the list is closed. */
  const [at, setAt] = useState<number | null>(null);
  const beginning = useBeginnings(options);
  const take = (taken: number): void => {
    const option = options[taken];
    if (!option || option.isDisabled) return;
    setAt(null);
    if (option.value !== value) onChange(option.value);
  };
  const keyed = (event: KeyboardEvent): void => {
    const found = event.ctrlKey || event.metaKey ? null : (afterKey(event, { at, chosen, count: options.length }) ?? beginning(event.key, at ?? chosen));
    if (found === null) return;
    if (found === "leave") {
      setAt(null);
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    if (found === "take") take(at ?? -1);
    else setAt(found === "close" ? null : found);
  };
  return (
    <>
      <button
        {...useField()}
        ref={box}
        type="button"
        role="combobox"
        id={id ?? own}
        aria-label={label}
        aria-haspopup="listbox"
        aria-expanded={at !== null}
        aria-controls={list}
        aria-activedescendant={at === null ? undefined : `${list}-${at}`}
        disabled={disabled}
        onKeyDown={keyed}
        onBlur={() => setAt(null)}
        onClick={(event) => {
          // Not every browser gives a button the focus for a click.
          event.currentTarget.focus();
          setAt(at === null ? Math.max(0, chosen) : null);
        }}
        className={classes(controlClasses, "inline-flex items-center justify-between gap-2 text-left", className)}
      >
        <span className="truncate">{options[chosen]?.label ?? placeholder}</span>
        <ChevronDown className="size-4 shrink-0 text-muted" strokeWidth={1.5} aria-hidden="true" />
      </button>
      {at !== null && <Options id={list} name={label ? { "aria-label": label } : { "aria-labelledby": id ?? own }} options={options} chosen={chosen} at={at} boxRef={box} onAt={setAt} onTake={take} />}
    </>
  );
}

interface OptionsProps {
  id: string;
  name: { "aria-label": string } | { "aria-labelledby": string };
  options: readonly Option<string>[];
  chosen: number;
  at: number;
  boxRef: RefObject<HTMLElement | null>;
  onAt: (at: number | null) => void;
  onTake: (at: number) => void;
}

function Options({ id, name, options, chosen, at, boxRef, onAt, onTake }: OptionsProps): ReactNode {
  const list = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    if (topLayer) list.current?.showPopover();
    if (list.current && boxRef.current) place(list.current, boxRef.current);
  }, [boxRef]);
  useLayoutEffect(() => {
    list.current?.children[at]?.scrollIntoView({ block: "nearest" });
  }, [at]);
  useEffect(() => {
    const isOutside = ({ target }: Event): boolean => ![list.current, boxRef.current].some((one) => one?.contains(target as Node));
    const pressed = (event: Event): void => {
      if (isOutside(event)) onAt(null);
    };
    const moved = (event: Event): void => {
      if (event.target !== list.current && list.current && boxRef.current) place(list.current, boxRef.current);
    };
    addEventListener("pointerdown", pressed, true);
    for (const kind of ["scroll", "resize"]) addEventListener(kind, moved, true);
    return () => {
      removeEventListener("pointerdown", pressed, true);
      for (const kind of ["scroll", "resize"]) removeEventListener(kind, moved, true);
    };
  }, [boxRef, onAt]);
  return (
    <div ref={list} {...name} id={id} role="listbox" {...topLayer} className="appear fixed right-auto z-50 m-0 overflow-y-auto rounded-panel border bg-panel p-1 text-ink shadow-float">
      {options.map(({ value, label, isDisabled }, index) => (
        // The control keeps the focus and hears the keys.
        // eslint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus
        <div
          key={value}
          id={`${id}-${index}`}
          role="option"
          aria-selected={index === chosen}
          aria-disabled={isDisabled}
          onPointerMove={() => index !== at && onAt(index)}
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => onTake(index)}
          className={classes(
            "flex min-h-8 cursor-pointer items-center gap-2 rounded-control px-2 text-14 aria-disabled:opacity-50 pointer-coarse:min-h-11",
            // Where fills are gone, an outline without a colour is seen.
            index === at && "bg-raised outline-2 -outline-offset-2 outline-transparent",
          )}
        >
          <span className="flex size-4 shrink-0 items-center">{index === chosen && <Check className="size-4" strokeWidth={1.5} aria-hidden="true" />}</span>
          {label}
        </div>
      ))}
    </div>
  );
}

/** Browsers that have none lay the list over the page. */
const topLayer = globalThis.HTMLElement && "showPopover" in HTMLElement.prototype ? ({ popover: "manual" } as const) : undefined;
const gap = 4;
const edge = 8;
const tallest = 320;

/** Under the control, or above it where there is more room; never past the edge of the window. */
function place(list: HTMLElement, box: HTMLElement): void {
  const { left, top, bottom, width } = box.getBoundingClientRect();
  const below = innerHeight - bottom - gap - edge;
  const above = top - gap - edge;
  const isAbove = below < Math.min(list.scrollHeight, tallest) && above > below;
  list.style.minWidth = `${width}px`;
  list.style.maxWidth = `${innerWidth - 2 * edge}px`;
  list.style.maxHeight = `${Math.min(tallest, isAbove ? above : below)}px`;
  list.style.top = isAbove ? "auto" : `${bottom + gap}px`;
  list.style.bottom = isAbove ? `${innerHeight - top + gap}px` : "auto";
  list.style.left = `${Math.max(edge, Math.min(left, innerWidth - list.offsetWidth - edge))}px`;
}
