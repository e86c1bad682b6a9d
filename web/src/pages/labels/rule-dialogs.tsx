/** What is asked before a rule is left, lost or written over. */
import type { ReactNode } from "react";
import { api } from "@/api/client";
import { refresh } from "@/api/queries";
import type { Schema } from "@/api/schemas";
import { common } from "@/lib/text/everywhere";
import { labels as text } from "@/lib/text/labels";
import { visible } from "@/lib/visible";
import { Button } from "@/parts/ui/button";
import { DestructiveDialog } from "@/parts/ui/destructive-dialog";
import { Dialog } from "@/parts/ui/dialog";
import { toast } from "@/parts/ui/toast";
import { draftOf, type RuleDraft } from "./rule-draft";

type Rule = Schema<"ShownRule">;

const words = text.rule;

export function Discard({ onStay, onLeave }: { onStay: () => void; onLeave: () => void }): ReactNode {
  const actions = (
    <>
      <Button onClick={onStay}>{common.cancel}</Button>
      <Button look="danger" onClick={onLeave}>
        {words.discardVerb}
      </Button>
    </>
  );
  return <Dialog isOpen onClose={onStay} title={words.discard} description={words.discardMore} width="narrow" actions={actions} />;
}

export function Deletion({ rule, isOpen, onClose, onDone }: { rule: Rule; isOpen: boolean; onClose: () => void; onDone: () => void }): ReactNode {
  const remove = async (): Promise<void> => {
    await api.DELETE("/api/labels/rules/{rule_id}", { params: { path: { rule_id: rule.rule_id } } });
    await refresh("/api/labels");
    toast.done(words.deleted(visible(rule.name)));
    onDone();
  };
  return <DestructiveDialog isOpen={isOpen} onClose={onClose} title={words.deleteTitle(visible(rule.name))} loss={words.loss(rule.match_count)} verb={words.delete} onConfirm={remove} />;
}

export interface BothVersionsProps {
  theirs: Rule;
  mine: RuleDraft;
  onTheirs: () => void;
  onMine: () => void;
}

/** Two people edited the same rule: both versions side by side, and one is chosen. */
export function BothVersions({ theirs, mine, onTheirs, onMine }: BothVersionsProps): ReactNode {
  const other = draftOf(theirs);
  const rows: readonly [string, keyof RuleDraft][] = [
    [text.rules.name, "name"],
    [text.rules.node, "node_id"],
    [text.rules.prefix, "path_prefix"],
    [text.rules.labels, "labels"],
    [text.rules.enabled, "enabled"],
  ];
  const actions = (
    <>
      <Button onClick={onTheirs}>{words.theirs}</Button>
      <Button look="primary" onClick={onMine}>
        {words.mine}
      </Button>
    </>
  );
  return (
    <Dialog isOpen onClose={onTheirs} canClose={false} title={words.stale} description={words.staleMore} actions={actions}>
      <dl className="grid grid-cols-[auto_1fr_1fr] gap-x-4 gap-y-2 text-13">
        {rows.map(([label, field]) => (
          <Row key={field} label={label} theirs={shownOf(other[field])} mine={shownOf(mine[field])} />
        ))}
      </dl>
    </Dialog>
  );
}

function shownOf(value: RuleDraft[keyof RuleDraft]): string {
  return visible(Array.isArray(value) ? value.join(", ") : String(value));
}

function Row({ label, theirs, mine }: { label: string; theirs: string; mine: string }): ReactNode {
  const look = theirs === mine ? "text-muted" : "font-medium";
  return (
    <>
      <dt className="text-muted">{label}</dt>
      <dd className={`${look} break-words`}>{theirs}</dd>
      <dd className={`${look} break-words`}>{mine}</dd>
    </>
  );
}
