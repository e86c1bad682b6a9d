import type { ReactNode } from "react";
import { classes } from "@/lib/classes";
import { visible } from "@/lib/visible";

/** A name that somebody else gave: always text, with hidden characters made visible. */
export function Name({ children, className }: { children: string; className?: string }): ReactNode {
  const shown = visible(children);
  return (
    <bdi className={classes("truncate", className)} title={shown}>
      {shown}
    </bdi>
  );
}
