import type { ReactNode } from "react";
import type { Schema } from "@/api/schemas";
import { vfs } from "@/lib/text/vfs";
import { visibleText } from "@/lib/visible";
import { Button } from "@/parts/ui/button";
import { Dialog } from "@/parts/ui/dialog";
import { type Draft, draftOf, givenOf } from "./draft";

const text = vfs.editor;

export interface BothVersionsProps {
  theirs: Schema<"ShownDirectory">;
  mine: Draft;
  onTheirs: () => void;
  onMine: () => void;
}

/** Two people edited the same directory: both versions side by side, and one is chosen. */
export function BothVersions({ theirs, mine, onTheirs, onMine }: BothVersionsProps): ReactNode {
  const actions = (
    <>
      <Button onClick={onTheirs}>{text.theirs}</Button>
      <Button look="primary" onClick={onMine}>
        {text.mine}
      </Button>
    </>
  );
  return (
    <Dialog isOpen canClose={false} onClose={onTheirs} width="wide" title={text.stale} description={text.staleMore} actions={actions}>
      <div className="grid gap-4 md:grid-cols-2">
        <Version title={text.theirsTitle} draft={draftOf(theirs)} />
        <Version title={text.mineTitle} draft={mine} />
      </div>
    </Dialog>
  );
}

function Version({ title, draft }: { title: string; draft: Draft }): ReactNode {
  return (
    <section className="min-w-0">
      <h3 className="mb-1 text-13 font-semibold">{title}</h3>
      {/* A long text that scrolls is reached by keyboard. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <pre tabIndex={0} className="max-h-96 overflow-auto rounded-control bg-raised p-3 font-mono text-12 whitespace-pre-wrap">
        {visibleText(JSON.stringify(givenOf(draft), null, 1))}
      </pre>
    </section>
  );
}
