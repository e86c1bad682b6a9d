/** One rule: who and where, which labels, and beneath it what that covers. */
import { type FormEvent, type ReactNode, useId, useState } from "react";
import { type ApiError, asApiError } from "@/api/errors";
import { refresh } from "@/api/queries";
import type { Schema } from "@/api/schemas";
import { useIsOnline } from "@/lib/live/connection";
import { common } from "@/lib/text/everywhere";
import { labels as text } from "@/lib/text/labels";
import { visible } from "@/lib/visible";
import { Button } from "@/parts/ui/button";
import { Drawer } from "@/parts/ui/drawer";
import { toast } from "@/parts/ui/toast";
import { draftOf, isSame, type Problems, problemsOf, refusedFields, type RuleDraft } from "./rule-draft";
import { RuleFields } from "./RuleFields";
import { RulePreview } from "./RulePreview";
import { BothVersions, Deletion, Discard } from "./rule-dialogs";
import { stored, useEtag } from "./storing";

type Rule = Schema<"ShownRule">;

export interface RuleDrawerProps {
  rule?: Rule;
  begin?: Partial<Record<"node_id" | "path_prefix", string | undefined>>;
  onClose: () => void;
}

const words = text.rule;

export function RuleDrawer({ rule, begin, onClose }: RuleDrawerProps): ReactNode {
  const [saved, setSaved] = useState(() => draftOf(rule, begin));
  const [draft, setDraft] = useState(saved);
  const [problems, setProblems] = useState<Problems>({});
  const [refusal, setRefusal] = useState<ApiError | null>(null);
  const [theirs, setTheirs] = useState<Rule | null>(null);
  const [isBusy, setBusy] = useState(false);
  const [asked, setAsked] = useState<"delete" | "discard" | null>(null);
  const isOnline = useIsOnline();
  const form = useId();
  const [readings, setReadings] = useState(0);
  const etag = useEtag(rule?.rule_id, readings);
  const leave = (): void => (isSame(draft, saved) ? onClose() : setAsked("discard"));
  const change = (changed: Partial<RuleDraft>): void => {
    setDraft({ ...draft, ...changed });
    setProblems({});
    setRefusal(null);
  };
  const save = async (isOnTop = false): Promise<void> => {
    const found = problemsOf(draft);
    setProblems(found);
    if (Object.keys(found).length > 0) return;
    setBusy(true);
    try {
      await stored(draft, rule?.rule_id, isOnTop ? null : etag);
      await refresh("/api/labels");
      toast.done(text.rules.changed(visible(draft.name)));
      onClose();
    } catch (error) {
      const known = asApiError(error);
      if (known.status === 412 && known.detail.current) setTheirs(known.detail.current as Rule);
      else if (known.fields.length > 0) setProblems(refusedFields(known.fields));
      else setRefusal(known);
    } finally {
      setBusy(false);
    }
  };
  const footer = (
    <>
      {rule && (
        <Button look="quiet" className="mr-auto text-error!" disabled={!isOnline} title={isOnline ? undefined : common.offlineReason} onClick={() => setAsked("delete")}>
          {words.delete}
        </Button>
      )}
      <Button onClick={leave}>{common.cancel}</Button>
      <Button type="submit" form={form} look="primary" isBusy={isBusy} disabled={!isOnline} title={isOnline ? undefined : common.offlineReason}>
        {common.save}
      </Button>
    </>
  );
  return (
    <Drawer isOpen onClose={leave} title={rule ? words.edit(visible(rule.name)) : words.new} footer={footer}>
      <form
        id={form}
        className="flex flex-col gap-4 p-4"
        onSubmit={(event: FormEvent) => {
          event.preventDefault();
          void save();
        }}
      >
        <RuleFields draft={draft} problems={problems} onChange={change} />
        {refusal && (
          <p role="alert" className="text-13 text-error">
            {refusal.message}
          </p>
        )}
      </form>
      <RulePreview nodeId={draft.node_id} prefix={draft.path_prefix} />
      {asked === "discard" && <Discard onStay={() => setAsked(null)} onLeave={onClose} />}
      {rule && <Deletion rule={rule} isOpen={asked === "delete"} onClose={() => setAsked(null)} onDone={onClose} />}
      {theirs && (
        <BothVersions
          theirs={theirs}
          mine={draft}
          onTheirs={() => {
            setSaved(draftOf(theirs));
            setDraft(draftOf(theirs));
            setTheirs(null);
            setReadings(readings + 1);
            void refresh("/api/labels");
          }}
          onMine={() => {
            setTheirs(null);
            void save(true);
          }}
        />
      )}
    </Drawer>
  );
}
