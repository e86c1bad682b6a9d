/** The same menus on right click, long press and Shift F10. */
import { ContextMenu as Radix } from "radix-ui";
import type { ReactElement, ReactNode } from "react";
import { classes } from "@/lib/classes";
import { Entries, type MenuEntry, menuSurface } from "./menu-entries";

export interface ContextMenuProps {
  children: ReactElement;
  entries: readonly MenuEntry[];
  onOpen?: () => void;
}

export function ContextMenu({ children, entries, onOpen }: ContextMenuProps): ReactNode {
  return (
    <Radix.Root modal={false} onOpenChange={(open) => open && onOpen?.()}>
      <Radix.Trigger asChild>{children}</Radix.Trigger>
      <Radix.Portal>
        {/* Where a finger was, there may be room for less on either side. */}
        <Radix.Content collisionPadding={8} className={classes(menuSurface, "phone:max-w-(--radix-context-menu-content-available-width)")}>
          <Entries entries={entries} Item={Radix.Item} Separator={Radix.Separator} />
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
