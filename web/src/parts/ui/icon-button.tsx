import type { ComponentProps, ReactNode } from "react";
import { classes } from "@/lib/classes";
import { Tooltip } from "./tooltip";

export interface IconButtonProps extends Omit<ComponentProps<"button">, "children"> {
  /** What it does: the name for screen readers and the tooltip. */
  label: string;
  icon: ReactNode;
  keys?: string;
  scale?: "normal" | "small";
}

/** A button that is only a picture always says its name on hover and focus. */
export function IconButton({ label, icon, keys, className, type, scale = "normal", ...rest }: IconButtonProps): ReactNode {
  return (
    <Tooltip text={label} {...(keys ? { keys } : {})}>
      <button
        {...rest}
        type={type ?? "button"}
        aria-label={label}
        className={classes(
          "inline-flex shrink-0 items-center justify-center rounded-control text-muted transition-colors hover:bg-raised hover:text-ink disabled:pointer-events-none disabled:opacity-50",
          scale === "small" ? "size-7 pointer-coarse:size-11" : "size-control",
          className,
        )}
      >
        {icon}
      </button>
    </Tooltip>
  );
}
