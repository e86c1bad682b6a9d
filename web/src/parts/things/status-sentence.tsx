import type { ReactNode } from "react";
import { Dot, type Tone } from "./badge";

/** A dot and what it means, in words. */
export function StatusSentence({ tone, children }: { tone: Tone; children: ReactNode }): ReactNode {
  return (
    <span className="inline-flex min-w-0 items-center gap-2">
      <Dot tone={tone} />
      <span className="min-w-0 truncate">{children}</span>
    </span>
  );
}
