/** Loading: nothing for 150 ms, then bones of the final height, so that nothing jumps. */
import { type CSSProperties, type ReactNode, useEffect, useState } from "react";
import { classes } from "@/lib/classes";
import { common } from "@/lib/text/everywhere";

const patience = 150;

export function useIsLate(): boolean {
  const [isLate, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), patience);
    return () => clearTimeout(timer);
  }, []);
  return isLate;
}

/** One bone; give it the size of what will be there. */
export function Skeleton({ className, style }: { className?: string; style?: CSSProperties }): ReactNode {
  return <span aria-hidden="true" style={style} className={classes("block rounded-control bg-raised", className)} />;
}

const widths = ["62%", "48%", "71%", "55%", "66%", "43%"];

/** Rows of a list that is not there yet; they take the room of `count` rows from the first moment. */
export function SkeletonRows({ count = 8, height = "var(--row)" }: { count?: number; height?: string | number }): ReactNode {
  const isLate = useIsLate();
  return (
    <div role="status" aria-label={common.loading} aria-busy="true">
      {Array.from({ length: count }, (_, at) => (
        <div key={at} style={{ height }} className="flex items-center gap-3 px-4">
          {isLate && <Skeleton className="pulse-soft size-5" />}
          {isLate && <Skeleton className="pulse-soft h-3" style={{ width: widths[at % widths.length] }} />}
        </div>
      ))}
    </div>
  );
}

/** A panel that is not there yet. */
export function SkeletonPanel({ height }: { height: number }): ReactNode {
  const isLate = useIsLate();
  return (
    <div role="status" aria-label={common.loading} aria-busy="true" style={{ height }}>
      {isLate && <Skeleton className="pulse-soft h-full w-full rounded-panel" />}
    </div>
  );
}
