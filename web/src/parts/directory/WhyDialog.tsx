/** Why something is in a directory, and what a listing left out. */
import type { ReactNode } from "react";
import type { Schema } from "@/api/schemas";
import { common } from "@/lib/text/everywhere";
import { directory as text } from "@/lib/text/directory";
import { visible, visibleText } from "@/lib/visible";
import { Explanation } from "@/parts/file-drawer/Explanation";
import { Button } from "@/parts/ui/button";
import { Dialog } from "@/parts/ui/dialog";

const words = text.why;

export function WhyDialog({ path, name, onClose }: { path: string; name: string; onClose: () => void }): ReactNode {
  return (
    <Dialog isOpen onClose={onClose} title={words.title(visible(name))} actions={<Button onClick={onClose}>{common.close}</Button>}>
      <Explanation path={path} />
    </Dialog>
  );
}

export interface Hidden {
  hidden_by_conflict: number;
  shadowed: number;
  invalid_names: number;
  problems: readonly Schema<"Problem">[];
}

/** What a listing left out, and how that comes. */
export function HiddenDialog({ hidden, onClose }: { hidden: Hidden; onClose: () => void }): ReactNode {
  const facts: readonly [number, string, string][] = [
    [hidden.hidden_by_conflict, text.hiddenByConflict(hidden.hidden_by_conflict), words.hidden],
    [hidden.shadowed, text.shadowed(hidden.shadowed), words.shadowedMore],
    [hidden.invalid_names, text.invalidNames(hidden.invalid_names), words.invalidMore],
  ];
  return (
    <Dialog isOpen onClose={onClose} title={words.hiddenTitle} description={words.searchFor} actions={<Button onClick={onClose}>{common.close}</Button>}>
      <dl className="flex flex-col gap-4 text-13">
        {facts.map(([count, title, more]) =>
          count === 0 ? null : (
            <div key={title}>
              <dt className="font-medium">{title}</dt>
              <dd className="mt-1 text-muted">{more}</dd>
            </div>
          ),
        )}
        {hidden.problems.map(({ code, message }, at) => (
          <div key={at}>
            <dt className="font-medium">{code}</dt>
            <dd className="mt-1 whitespace-pre-line text-muted">{visibleText(message)}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
