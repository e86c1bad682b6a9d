/** A preview that is on its way: nothing for a moment, then quiet lines over the place that it will take. */
import type { ReactNode } from "react";
import { preview as text } from "@/lib/text/preview";

const WIDTHS = ["w-2/3", "w-5/6", "w-1/2", "w-3/4", "w-2/5"];

export function Pending(): ReactNode {
  return (
    <div role="status" aria-label={text.loading} className="appear absolute inset-0 bg-panel p-4 [animation-delay:150ms] [animation-fill-mode:backwards]">
      <div className="pulse-soft flex flex-col gap-3">
        {WIDTHS.map((width) => (
          <div key={width} className={`h-3 rounded-control bg-raised ${width}`} />
        ))}
      </div>
    </div>
  );
}
