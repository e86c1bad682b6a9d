/** Chips: a filter or a label that can be taken away. */
import { X } from "lucide-react";
import type { ReactNode } from "react";
import { classes } from "@/lib/classes";
import { addresses } from "@/lib/addresses";
import { common } from "@/lib/text/everywhere";
import { visible } from "@/lib/visible";
import { PageLink } from "@/parts/ui/page-link";
import { Tooltip } from "@/parts/ui/tooltip";

const form = "inline-flex h-6 max-w-60 items-center gap-1 rounded-full px-2 text-12 font-medium";
/** Something in it, or all of it, can be pressed. */
const touched = "pointer-coarse:h-8";

export function Chip({ children, onRemove, removeLabel }: { children: ReactNode; onRemove?: () => void; removeLabel?: string }): ReactNode {
  return (
    <span className={classes(form, onRemove && touched, "bg-raised text-ink")}>
      <span className="truncate">{children}</span>
      {onRemove && <RemoveButton onRemove={onRemove} label={removeLabel ?? common.remove} />}
    </span>
  );
}

function RemoveButton({ onRemove, label }: { onRemove: () => void; label: string }): ReactNode {
  return (
    <button type="button" aria-label={label} onClick={onRemove} className="relative -mr-1 flex size-4 items-center justify-center rounded-full after:absolute after:-inset-1 hover:bg-accent-soft">
      <X className="size-3" strokeWidth={2} aria-hidden="true" />
    </button>
  );
}

export interface LabelChipProps {
  label: string;
  /** The rule that gives it; a label given by hand has none. */
  rule?: { id: string; name: string } | undefined;
  onRemove?: () => void;
}

/** Direct labels are filled and can be removed; inherited ones are outlined and lead to their rule. */
export function LabelChip({ label, rule, onRemove }: LabelChipProps): ReactNode {
  const shown = visible(label);
  if (!rule) {
    return (
      <span className={classes(form, onRemove && touched, "bg-accent-soft text-accent")}>
        <span className="truncate">{shown}</span>
        {onRemove && <RemoveButton onRemove={onRemove} label={common.removeLabel(shown)} />}
      </span>
    );
  }
  return (
    <Tooltip text={common.fromRule(visible(rule.name))}>
      <PageLink href={`${addresses.labels("rules")}?rule=${encodeURIComponent(rule.id)}`} className={classes(form, touched, "border border-edge text-ink hover:bg-raised")}>
        <span className="truncate">{shown}</span>
        <span className="sr-only">, {common.fromRule(visible(rule.name))}</span>
      </PageLink>
    </Tooltip>
  );
}
