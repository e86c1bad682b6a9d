import type { ReactNode } from "react";
import { useNow } from "@/lib/clock";
import { exactBytes, size } from "@/lib/sizes";
import { ago, exact } from "@/lib/times";

/** `3 minutes ago`; the exact time on hover. `isPlain` inside another tooltip. */
export function Time({ at, isPlain = false }: { at: string | null | undefined; isPlain?: boolean }): ReactNode {
  const now = useNow();
  if (!at) return "\u2013";
  const told = ago(at, now);
  if (isPlain) return told;
  return (
    <time dateTime={at} title={exact(at)} className="whitespace-nowrap">
      {told}
    </time>
  );
}

/** `1.4 GiB`, the exact bytes on hover. */
export function Size({ bytes }: { bytes: number | null | undefined }): ReactNode {
  if (bytes === null || bytes === undefined) return "\u2013";
  return (
    <span className="tabular whitespace-nowrap" title={exactBytes(bytes)}>
      {size(bytes)}
    </span>
  );
}
