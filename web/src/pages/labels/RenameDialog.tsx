import { type FormEvent, type ReactNode, useId, useState } from "react";
import { api } from "@/api/client";
import { asApiError } from "@/api/errors";
import { useApi, useChange } from "@/api/queries";
import type { Schema } from "@/api/schemas";
import { useIsOnline } from "@/lib/live/connection";
import { useSettled } from "@/lib/settled";
import { common } from "@/lib/text/everywhere";
import { labels as text } from "@/lib/text/labels";
import { visible } from "@/lib/visible";
import { Button } from "@/parts/ui/button";
import { Dialog } from "@/parts/ui/dialog";
import { Field, Input } from "@/parts/ui/field";
import { toast } from "@/parts/ui/toast";

const words = text.rename;

/** Another name for a label; one that exists already takes it in, and the dialog says so first. */
export function RenameDialog({ label, onClose }: { label: Schema<"LabelCount">; onClose: () => void }): ReactNode {
  const from = label.label;
  const [to, setTo] = useState(from);
  const [problem, setProblem] = useState("");
  const id = useId();
  const isOnline = useIsOnline();
  const wanted = useSettled(to.trim(), 200);
  const existing = useApi("/api/labels", { params: { query: { prefix: wanted, limit: 1 } } }, { enabled: wanted !== "" && wanted !== from });
  const isMerge = wanted === to.trim() && wanted !== from && existing.data?.items[0]?.label === wanted;
  const rename = useChange((given: { from: string; to: string }) => api.POST("/api/labels/rename", { body: given }), { touches: ["/api/labels", "/api/jobs"] });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const name = to.trim();
    if (!name) return setProblem(words.empty);
    if (name === from) return onClose();
    rename.mutate(
      { from, to: name },
      {
        onSuccess: () => {
          toast.say(words.started(visible(from), visible(name)));
          onClose();
        },
        onError: (error) => setProblem(asApiError(error).message),
      },
    );
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={words.title(visible(from))}
      width="narrow"
      actions={
        <>
          <Button onClick={onClose}>{common.cancel}</Button>
          <Button type="submit" form={`${id}-form`} look={isMerge ? "danger" : "primary"} isBusy={rename.isPending} disabled={!isOnline} title={isOnline ? undefined : common.offlineReason}>
            {isMerge ? words.mergeVerb : words.verb}
          </Button>
        </>
      }
    >
      <form id={`${id}-form`} onSubmit={submit} className="flex flex-col gap-3">
        <Field label={words.to} id={id} problem={problem}>
          <Input id={id} value={to} autoComplete="off" onChange={(event) => (setTo(event.target.value), setProblem(""))} />
        </Field>
        {isMerge && (
          <p role="status" className="rounded-control bg-warn-soft px-3 py-2 text-13">
            {words.merge(visible(from), visible(wanted), label.assignment_count)}
          </p>
        )}
      </form>
    </Dialog>
  );
}
