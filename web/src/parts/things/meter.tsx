import type { ReactNode } from "react";
import { classes } from "@/lib/classes";
import { percent, share, size } from "@/lib/sizes";

export interface MeterProps {
  used: number;
  capacity: number;
  label: string;
  /** A share of work done has no danger in it. */
  isProgress?: boolean;
}

/** Green below 70 %, amber to 90 %, red above. The numbers are in its name. */
export function Meter({ used, capacity, label, isProgress = false }: MeterProps): ReactNode {
  const part = share(used, capacity);
  const tone = isProgress ? "bg-accent" : part > 0.9 ? "bg-error" : part >= 0.7 ? "bg-warn" : "bg-ok";
  const role = isProgress ? "progressbar" : "meter";
  return (
    <div
      role={role}
      aria-label={label}
      aria-valuenow={Math.round(part * 100)}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuetext={isProgress ? percent(part) : `${size(used)} of ${size(capacity)}, ${percent(part)}`}
      className="h-1.5 w-full overflow-hidden rounded-full bg-raised forced-colors:border"
    >
      <div className={classes("h-full origin-left rounded-full transition-transform duration-200", tone)} style={{ transform: `scaleX(${part})` }} />
    </div>
  );
}
