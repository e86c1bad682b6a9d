import { type ReactNode, useEffect, useRef } from "react";
import { classes } from "@/lib/classes";
import { PageLink } from "./page-link";

export interface Tab {
  label: ReactNode;
  href: string;
  count?: number;
}

/** Tabs are places: each has an address, so back and links work. */
export function Tabs({ tabs, current, label }: { tabs: readonly Tab[]; current: string; label: string }): ReactNode {
  const row = useRef<HTMLElement>(null);
  useEffect(() => {
    // The present one is seen also where not all have room.
    row.current?.querySelector("[aria-current]")?.scrollIntoView?.({ block: "nearest", inline: "nearest" });
  }, [current]);
  return (
    <nav ref={row} aria-label={label} className="-mb-px flex gap-1 overflow-x-auto border-b">
      {tabs.map(({ label: name, href, count }) => (
        <PageLink
          key={href}
          href={href}
          aria-current={href === current ? "page" : undefined}
          className={classes(
            "flex h-10 items-center gap-2 border-b-2 px-3 text-14 font-medium whitespace-nowrap transition-colors focus-visible:-outline-offset-2",
            href === current ? "border-accent text-ink" : "border-transparent text-muted hover:text-ink",
          )}
        >
          {name}
          {count !== undefined && <span className="tabular rounded-full bg-raised px-1.5 text-12">{count}</span>}
        </PageLink>
      ))}
    </nav>
  );
}
