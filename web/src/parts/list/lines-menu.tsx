import { type ReactElement, type ReactNode, type SyntheticEvent, useState } from "react";
import { ContextMenu } from "@/parts/ui/context-menu";
import type { MenuEntry } from "@/parts/ui/menu";

export interface LinesMenuProps<Row> {
  menu: ((row: Row, at: number) => readonly MenuEntry[]) | undefined;
  rowAt: (at: number) => Row | undefined;
  children: ReactElement;
}

/** One menu for all rows; it is that of the row under the finger, or of the focused one. */
export function LinesMenu<Row>({ menu, rowAt, children }: LinesMenuProps<Row>): ReactNode {
  const [at, setAt] = useState<number | null>(null);
  if (!menu) return children;
  const row = at === null ? undefined : rowAt(at);
  const aim = (event: SyntheticEvent): void => {
    const line = (event.target as Element).closest("[aria-rowindex]");
    setAt(line ? Number(line.getAttribute("aria-rowindex")) - 2 : null);
  };
  return (
    <ContextMenu entries={row === undefined ? [] : menu(row, at ?? 0)}>
      <div onContextMenuCapture={aim} onPointerDownCapture={aim}>
        {children}
      </div>
    </ContextMenu>
  );
}
