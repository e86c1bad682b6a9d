import { Bell as BellIcon } from "lucide-react";
import { type ReactNode, Suspense, useState } from "react";
import { classes } from "@/lib/classes";
import { useActiveNotifications } from "@/lib/documents";
import { useShortcut } from "@/lib/shortcuts";
import { shell as text } from "@/lib/text/shell";
import { IconButton } from "@/parts/ui/icon-button";
import { Guard } from "./failing";
import { Panel } from "./slots";

/** Red with the count when something failed, amber when something warns, else plain. */
export function Bell(): ReactNode {
  const [isOpen, setOpen] = useState(false);
  const active = useActiveNotifications();
  useShortcut({ keys: "n", label: text.bell, group: "everywhere" }, () => setOpen((present) => !present), Panel !== null);
  if (!Panel) return null;
  const errors = active.filter(({ severity }) => severity === "error").length;
  const warnings = active.filter(({ severity }) => severity === "warning").length;
  const count = errors || warnings;
  return (
    <>
      <span className="relative">
        <IconButton
          label={text.bellCount(errors, warnings)}
          keys="n"
          aria-expanded={isOpen}
          onClick={() => setOpen(!isOpen)}
          icon={<BellIcon className="size-5" strokeWidth={1.5} aria-hidden="true" />}
        />
        {count > 0 && (
          <span
            aria-hidden="true"
            className={classes(
              "tabular pointer-events-none absolute -top-0.5 -right-0.5 pointer-coarse:top-0.5 pointer-coarse:right-0.5 flex h-4 min-w-4 items-center justify-center rounded-full px-1 text-[11px] leading-none font-semibold text-on-accent",
              errors > 0 ? "bg-error" : "bg-warn",
            )}
          >
            {count > 99 ? "99" : count}
          </span>
        )}
      </span>
      {isOpen && (
        <Guard what={text.bell}>
          <Suspense fallback={null}>
            <Panel onClose={() => setOpen(false)} />
          </Suspense>
        </Guard>
      )}
    </>
  );
}
