import { type FormEvent, type ReactNode, useId, useState } from "react";
import { api } from "@/api/client";
import { useChange } from "@/api/queries";
import { showFirstProblem } from "@/lib/first-problem";
import { common } from "@/lib/text/everywhere";
import { credentials as text } from "@/lib/text/settings-credentials";
import { visible } from "@/lib/visible";
import { Button } from "@/parts/ui/button";
import { Dialog } from "@/parts/ui/dialog";
import { toast } from "@/parts/ui/toast";
import { dayOf, endOf } from "./expiry";
import type { Key } from "./keys";
import { KeyFields, type KeyDraft, problemsOf } from "./KeyFields";

/** Another name or another end; what it may do stays as it was made. */
export function EditDialog({ of, onClose }: { of: Key; onClose: () => void }): ReactNode {
  const first = { name: of.name, scope: of.scope, day: dayOf(of.expires_at) };
  const [draft, setDraft] = useState<KeyDraft>(first);
  const [isTried, setTried] = useState(false);
  const form = useId();
  const problems = isTried ? problemsOf(draft) : {};
  const change = useChange(
    (body: { name?: string; expires_at?: string | null }) => api.PATCH("/api/credentials/{key_id}", { params: { path: { key_id: of.key_id } }, body }),
    { touches: ["/api/credentials"] },
  );
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    if (Object.keys(problemsOf(draft)).length > 0) return showFirstProblem(event.currentTarget as HTMLFormElement);
    const body = { ...(draft.name !== first.name && { name: draft.name.trim() }), ...(draft.day !== first.day && { expires_at: endOf(draft.day) }) };
    change.mutate(body, {
      onSuccess: () => {
        toast.done(text.changed(visible(draft.name)));
        onClose();
      },
    });
  };
  const actions = (
    <>
      <Button onClick={onClose}>{common.cancel}</Button>
      <Button type="submit" form={form} look="primary" isBusy={change.isPending}>
        {common.save}
      </Button>
    </>
  );
  return (
    <Dialog isOpen onClose={onClose} title={text.edit(visible(of.name))} width="narrow" actions={actions}>
      <form id={form} onSubmit={submit} className="flex flex-col gap-4">
        <KeyFields draft={draft} problems={problems} isMade onChange={setDraft} />
        {change.error && (
          <p role="alert" className="text-13 text-error">
            {change.error.message}
          </p>
        )}
      </form>
    </Dialog>
  );
}
