/** What stands in a menu, whatever opens it. */
import type { ComponentProps, ComponentType, ReactNode } from "react";
import { classes } from "@/lib/classes";
import { Keys } from "./keys";

export interface MenuItem {
  label: string;
  onSelect: () => void;
  icon?: ReactNode;
  keys?: string;
  isDanger?: boolean;
  /** Off; `title` says why. */
  disabled?: boolean;
  title?: string;
}

/** `separator` draws a line between groups; falsy entries fall out. */
export type MenuEntry = MenuItem | "separator" | false | null | undefined;

export const menuSurface = "appear z-50 min-w-48 max-w-80 md:max-w-96 phone:min-w-36 rounded-panel border bg-panel p-1 shadow-float outline-none";
const row =
  "flex min-h-8 cursor-pointer items-center gap-3 rounded-control px-2 text-14 outline-none select-none data-highlighted:bg-raised data-disabled:cursor-default data-disabled:opacity-50 pointer-coarse:min-h-11";

function Row({ item }: { item: MenuItem }): ReactNode {
  return (
    <>
      {item.icon && <span className="flex size-4 shrink-0 items-center justify-center text-muted">{item.icon}</span>}
      <span className="min-w-0 flex-1 py-1 break-words">{item.label}</span>
      {item.keys && (
        <span className="pointer-coarse:hidden">
          <Keys of={item.keys} />
        </span>
      )}
    </>
  );
}

export interface EntriesProps {
  entries: readonly MenuEntry[];
  Item: ComponentType<ComponentProps<"div"> & { disabled: boolean; onSelect: () => void }>;
  Separator: ComponentType<ComponentProps<"div">>;
}

export function Entries({ entries, Item, Separator }: EntriesProps): ReactNode {
  return entries.map((entry, at) => {
    if (!entry) return null;
    if (entry === "separator") return <Separator key={at} className="my-1 h-px bg-line" />;
    return (
      <Item key={at} onSelect={entry.onSelect} disabled={entry.disabled ?? false} title={entry.title} className={classes(row, entry.isDanger && "text-error")}>
        <Row item={entry} />
      </Item>
    );
  });
}
