/** Where one types: after a pause, or at once with Enter, it stands in the address. */
import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from "react";
import { search as text } from "@/lib/text/search";
import { visible } from "@/lib/visible";
import { SearchInput } from "@/parts/ui/search-input";
import { type Asked, askedOf } from "./asked";
import { remember } from "./recent";

const pause = 300;

export interface FieldProps {
  asked: Asked;
  /** At each key. */
  onType: (q: string) => void;
  onChange: (asked: Asked) => void;
  problem: string | undefined;
  /** Into the results of these words. */
  onDown: (q: string) => void;
  onEnter: () => void;
}

export function Field({ asked, onType, onChange, problem, onDown, onEnter }: FieldProps): ReactNode {
  const q = asked.q ?? "";
  const [typed, setTyped] = useState(q);
  const [known, setKnown] = useState(q);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const id = useId();
  // The address was changed by somebody else: back, a chip, an example.
  if (q !== known) {
    setKnown(q);
    if (q !== typed.trim()) setTyped(q);
  }
  useEffect(() => () => clearTimeout(timer.current), []);
  const ask = (wanted: string): void => {
    clearTimeout(timer.current);
    if (wanted.trim() !== q) onChange(askedOf({ ...asked, q: wanted.trim() }));
  };
  const type = (wanted: string): void => {
    onType(wanted.trim());
    setTyped(wanted);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => ask(wanted), pause);
  };
  const keyed = (event: KeyboardEvent): void => {
    if (event.key === "ArrowDown") {
      ask(typed);
      onDown(typed.trim());
    } else if (event.key === "Enter") {
      ask(typed);
      remember(typed);
      onEnter();
    } else return;
    event.preventDefault();
  };
  return (
    <div>
      <SearchInput
        label={text.field}
        size="large"
        value={typed}
        onChange={type}
        onKeyDown={keyed}
        data-page-search=""
        maxLength={1000}
        spellCheck={false}
        autoComplete="off"
        aria-invalid={problem ? true : undefined}
        aria-describedby={problem ? id : undefined}
      />
      {problem && (
        <p id={id} role="alert" className="mt-1 text-13 text-error">
          {visible(problem)}.
        </p>
      )}
    </div>
  );
}
