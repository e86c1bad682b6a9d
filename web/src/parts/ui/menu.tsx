/** Menus on a button, and the same menus on right click, long press and Shift F10. */
import { ContextMenu as RadixContext, DropdownMenu as Radix } from "radix-ui";
import type { ReactElement, ReactNode } from "react";
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

const surface = "appear z-50 min-w-48 max-w-80 md:max-w-96 phone:min-w-36 rounded-panel border bg-panel p-1 shadow-float outline-none";
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

export interface MenuProps {
  trigger: ReactElement;
  entries: readonly MenuEntry[];
  label?: string;
  align?: "start" | "center" | "end";
  /** Anything above the entries. */
  head?: ReactNode;
}

export function Menu({ trigger, entries, label, align = "end", head }: MenuProps): ReactNode {
  return (
    <Radix.Root modal={false}>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content align={align} sideOffset={4} collisionPadding={8} aria-label={label} className={surface}>
          {head}
          {entries.map((entry, at) => {
            if (!entry) return null;
            if (entry === "separator") return <Radix.Separator key={at} className="my-1 h-px bg-line" />;
            return (
              <Radix.Item key={at} onSelect={entry.onSelect} disabled={entry.disabled ?? false} title={entry.title} className={classes(row, entry.isDanger && "text-error")}>
                <Row item={entry} />
              </Radix.Item>
            );
          })}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

export interface ContextMenuProps {
  children: ReactElement;
  entries: readonly MenuEntry[];
  onOpen?: () => void;
}

export function ContextMenu({ children, entries, onOpen }: ContextMenuProps): ReactNode {
  return (
    <RadixContext.Root modal={false} onOpenChange={(open) => open && onOpen?.()}>
      <RadixContext.Trigger asChild>{children}</RadixContext.Trigger>
      <RadixContext.Portal>
        {/* Where a finger was, there may be room for less on either side. */}
        <RadixContext.Content collisionPadding={8} className={classes(surface, "phone:max-w-(--radix-context-menu-content-available-width)")}>
          {entries.map((entry, at) => {
            if (!entry) return null;
            if (entry === "separator") return <RadixContext.Separator key={at} className="my-1 h-px bg-line" />;
            return (
              <RadixContext.Item key={at} onSelect={entry.onSelect} disabled={entry.disabled ?? false} title={entry.title} className={classes(row, entry.isDanger && "text-error")}>
                <Row item={entry} />
              </RadixContext.Item>
            );
          })}
        </RadixContext.Content>
      </RadixContext.Portal>
    </RadixContext.Root>
  );
}
