import type { ReactNode } from "react";
import { type Shortcut, shortcuts } from "@/lib/shortcuts";
import { useSignal } from "@/lib/signal";
import { shell as text } from "@/lib/text/shell";
import { Dialog } from "@/parts/ui/dialog";
import { Keys } from "@/parts/ui/keys";

const { keyLabels } = text;

/** Keys of lists, which every list has. */
const ofLists: readonly Shortcut[] = [
  { keys: "↑ ↓ Home End PgUp PgDn", label: keyLabels.move, group: "list" },
  { keys: "Enter", label: keyLabels.open, group: "list" },
  { keys: "Shift ↑ ↓", label: keyLabels.range, group: "list" },
  { keys: "Mod A", label: keyLabels.all, group: "list" },
  { keys: "Esc", label: keyLabels.close, group: "everywhere" },
];

/** What can be pressed here and now. */
export function ShortcutList({ onClose }: { onClose: () => void }): ReactNode {
  const all = [...useSignal(shortcuts), ...ofLists];
  const groups = ["everywhere", "go", "list", "file"] as const;
  return (
    <Dialog isOpen onClose={onClose} title={text.shortcuts} width="wide">
      <div className="columns-1 gap-8 md:columns-2">
        {groups.map((group) => {
          const rows = all.filter((one) => one.group === group);
          if (rows.length === 0) return null;
          return (
            <section key={group} className="mb-4 break-inside-avoid">
              <h3 className="mb-1 text-12 font-medium text-muted">{text.keyGroups[group]}</h3>
              <dl>
                {rows.map(({ keys, label }) => (
                  <div key={keys + label} className="flex min-h-8 items-center justify-between gap-4">
                    <dt>{label}</dt>
                    <dd>
                      <Keys of={keys} />
                    </dd>
                  </div>
                ))}
              </dl>
            </section>
          );
        })}
      </div>
    </Dialog>
  );
}
