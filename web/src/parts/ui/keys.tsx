import type { ReactNode } from "react";

const isApple = typeof navigator !== "undefined" && /Mac|iPhone|iPad/.test(navigator.userAgent);

/** `Mod K` as keys; `Mod` is the one that this system uses. */
export function Keys({ of }: { of: string }): ReactNode {
  return (
    <span className="inline-flex gap-1">
      {of.split(" ").map((key, at) => (
        <kbd
          key={`${key}${at}`}
          className="inline-flex h-5 min-w-5 items-center justify-center rounded-[4px] border bg-raised px-1 font-sans text-12 text-muted"
        >
          {key === "Mod" ? (isApple ? "⌘" : "Ctrl") : key}
        </kbd>
      ))}
    </span>
  );
}
