/** Buttons: a verb on them, one primary one in a place. */
import type { ComponentProps, ReactNode } from "react";
import { classes } from "@/lib/classes";

export type ButtonLook = "primary" | "secondary" | "quiet" | "danger";

const form =
  "inline-flex shrink-0 items-center justify-center gap-2 rounded-control font-medium whitespace-nowrap transition-colors select-none disabled:opacity-50 disabled:pointer-events-none";
const looks: Record<ButtonLook, string> = {
  primary: "bg-accent text-on-accent hover:opacity-90",
  secondary: "border border-line bg-panel text-ink hover:bg-raised",
  quiet: "text-ink hover:bg-raised",
  danger: "bg-error text-on-accent hover:opacity-90",
};
const sizes = { normal: "h-control px-3 text-14", small: "h-7 px-2 text-13 pointer-coarse:h-11" };

export interface ButtonProps extends ComponentProps<"button"> {
  look?: ButtonLook;
  scale?: keyof typeof sizes;
  /** Shows that it works; the button keeps its width and cannot be pressed again. */
  isBusy?: boolean;
  icon?: ReactNode;
}

export function buttonClasses(look: ButtonLook = "secondary", scale: keyof typeof sizes = "normal"): string {
  return classes(form, looks[look], sizes[scale]);
}

export function Button({ look, scale, isBusy = false, icon, className, children, disabled, type, ...rest }: ButtonProps): ReactNode {
  return (
    <button
      {...rest}
      type={type ?? "button"}
      disabled={disabled || isBusy}
      aria-busy={isBusy || undefined}
      className={classes(buttonClasses(look, scale), isBusy && "pulse-soft", className)}
    >
      {icon}
      {children}
    </button>
  );
}
