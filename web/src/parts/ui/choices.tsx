/** Controls that choose: a list, a switch, a tick. */
import { Check, Minus } from "lucide-react";
import { Checkbox as RadixCheckbox, Switch as RadixSwitch } from "radix-ui";
import type { ReactNode } from "react";
import { useField } from "./field";

export { Select, type Option, type SelectProps } from "./select";

export interface ToggleProps {
  checked: boolean;
  onChange: (checked: boolean) => void;
  /** Name for screen readers where no `label` element names it. */
  label?: string;
  id?: string;
  disabled?: boolean;
}

export function Switch({ checked, onChange, label, id, disabled }: ToggleProps): ReactNode {
  return (
    <RadixSwitch.Root
      {...useField()}
      id={id}
      checked={checked}
      onCheckedChange={onChange}
      aria-label={label}
      disabled={disabled ?? false}
      className="relative inline-flex h-5 w-9 shrink-0 items-center rounded-full border border-edge bg-raised transition-colors after:absolute after:-inset-3 data-[state=checked]:border-accent data-[state=checked]:bg-accent disabled:opacity-50"
    >
      <RadixSwitch.Thumb className="ml-0.5 size-3.5 rounded-full bg-edge transition-transform data-[state=checked]:translate-x-4 data-[state=checked]:bg-on-accent" />
    </RadixSwitch.Root>
  );
}

export function Checkbox({ checked, onChange, label, id, disabled }: Omit<ToggleProps, "checked"> & { checked: boolean | "indeterminate" }): ReactNode {
  return (
    <RadixCheckbox.Root
      {...useField()}
      id={id}
      checked={checked}
      onCheckedChange={(next) => onChange(next === true)}
      aria-label={label}
      disabled={disabled ?? false}
      className="relative inline-flex size-4 shrink-0 items-center justify-center rounded-[4px] border border-edge bg-panel text-on-accent after:absolute after:-inset-3 data-[state=checked]:border-accent data-[state=checked]:bg-accent data-[state=indeterminate]:border-accent data-[state=indeterminate]:bg-accent disabled:opacity-50"
    >
      <RadixCheckbox.Indicator>
        {checked === "indeterminate" ? (
          <Minus className="size-3" strokeWidth={3} aria-hidden="true" />
        ) : (
          <Check className="size-3" strokeWidth={3} aria-hidden="true" />
        )}
      </RadixCheckbox.Indicator>
    </RadixCheckbox.Root>
  );
}
