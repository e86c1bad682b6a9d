/** A menu on a button. */
import { DropdownMenu as Radix } from "radix-ui";
import type { ReactElement, ReactNode } from "react";
import { Entries, type MenuEntry, menuSurface } from "./menu-entries";

export type { MenuEntry, MenuItem } from "./menu-entries";

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
        <Radix.Content align={align} sideOffset={4} collisionPadding={8} aria-label={label} className={menuSurface}>
          {head}
          <Entries entries={entries} Item={Radix.Item} Separator={Radix.Separator} />
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
