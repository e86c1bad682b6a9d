import { Search, X } from "lucide-react";
import { type ComponentProps, type ReactNode, type Ref, useRef } from "react";
import { classes } from "@/lib/classes";
import { Input } from "./field";

export interface SearchInputProps extends Omit<ComponentProps<"input">, "onChange" | "value" | "size"> {
  label: string;
  value: string;
  onChange: (value: string) => void;
  size?: "normal" | "large";
  inputRef?: Ref<HTMLInputElement>;
}

/** A field to look for something; `/` of the page goes to the one with `data-page-search`. */
export function SearchInput({ label, value, onChange, size = "normal", className, inputRef, ...rest }: SearchInputProps): ReactNode {
  const own = useRef<HTMLInputElement>(null);
  const isLarge = size === "large";
  return (
    <div className={classes("relative", className)} role="search" aria-label={label}>
      <Search
        className={classes("pointer-events-none absolute top-1/2 left-3 -translate-y-1/2 text-muted", isLarge ? "size-5" : "size-4")}
        strokeWidth={1.5}
        aria-hidden="true"
      />
      <Input
        {...rest}
        ref={inputRef ?? own}
        type="search"
        aria-label={label}
        placeholder={rest.placeholder ?? label}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        className={classes("[&::-webkit-search-cancel-button]:hidden", isLarge ? "h-12! pr-11 pl-11 text-16!" : "pr-9 pl-9")}
      />
      {value && (
        <button
          type="button"
          aria-label="Clear"
          onClick={(event) => {
            onChange("");
            event.currentTarget.parentElement?.querySelector("input")?.focus();
          }}
          className="absolute top-1/2 right-2 flex size-7 -translate-y-1/2 items-center justify-center rounded-control text-muted hover:text-ink"
        >
          <X className="size-4" strokeWidth={1.5} aria-hidden="true" />
        </button>
      )}
    </div>
  );
}
