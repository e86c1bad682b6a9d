/** A new key: first what it is for, then its secret, once. While it is being made nothing closes: the secret would be lost. */
import { Download } from "lucide-react";
import { type FormEvent, type ReactNode, useId, useState } from "react";
import { api } from "@/api/client";
import { useChange } from "@/api/queries";
import type { Schema } from "@/api/schemas";
import { showFirstProblem } from "@/lib/first-problem";
import { common } from "@/lib/text/everywhere";
import { credentials as text } from "@/lib/text/settings-credentials";
import { visible } from "@/lib/visible";
import { CopyButton } from "@/parts/things";
import { Button } from "@/parts/ui/button";
import { Dialog } from "@/parts/ui/dialog";
import { endOf } from "./expiry";
import { type KeyDraft, KeyFields, problemsOf } from "./KeyFields";

export function CreateDialog({ onClose }: { onClose: () => void }): ReactNode {
  const [draft, setDraft] = useState<KeyDraft>({ name: "", scope: "full", day: "" });
  const [isTried, setTried] = useState(false);
  // Not `isPending`, which is told a moment later: an Escape fits in between.
  const [isMaking, setMaking] = useState(false);
  const form = useId();
  const create = useChange((body: Schema<"Wish">) => api.POST("/api/credentials", { body }), { touches: ["/api/credentials"] });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    if (Object.keys(problemsOf(draft)).length > 0) return showFirstProblem(event.currentTarget as HTMLFormElement);
    setMaking(true);
    const wish = { name: draft.name.trim(), scope: draft.scope as NonNullable<Schema<"Wish">["scope"]>, expires_at: endOf(draft.day) };
    create.mutate(wish, { onError: () => setMaking(false) });
  };
  if (create.data) return <Made of={create.data} onClose={onClose} />;
  const actions = (
    <>
      <Button disabled={isMaking} onClick={onClose}>
        {common.cancel}
      </Button>
      <Button type="submit" form={form} look="primary" isBusy={isMaking}>
        {text.create}
      </Button>
    </>
  );
  return (
    <Dialog isOpen onClose={onClose} canClose={!isMaking} title={text.new} width="narrow" actions={actions}>
      <form id={form} onSubmit={submit} className="flex flex-col gap-4">
        <KeyFields draft={draft} problems={isTried ? problemsOf(draft) : {}} onChange={setDraft} />
        {create.error && (
          <p role="alert" className="text-13 text-error">
            {create.error.message}
          </p>
        )}
      </form>
    </Dialog>
  );
}

/** Closes only by saying that it is kept. */
function Made({ of, onClose }: { of: Schema<"NewKey">; onClose: () => void }): ReactNode {
  const actions = (
    <>
      <Button icon={<Download className="size-4" strokeWidth={1.5} aria-hidden="true" />} onClick={() => download(of)}>
        {text.download}
      </Button>
      <Button look="primary" onClick={onClose}>
        {text.done}
      </Button>
    </>
  );
  return (
    <Dialog isOpen onClose={onClose} canClose={false} title={text.made(visible(of.name))} actions={actions}>
      <div className="flex flex-col gap-4">
        <Shown label={text.id} value={of.key_id} />
        <Shown label={text.secret} value={of.secret_key} />
        <p role="alert" className="rounded-control bg-warn-soft px-3 py-2 text-13">
          {text.once}
        </p>
      </div>
    </Dialog>
  );
}

function Shown({ label, value }: { label: string; value: string }): ReactNode {
  return (
    <div className="flex flex-col gap-1">
      <span className="text-13 font-medium">{label}</span>
      <span className="flex items-center gap-2 rounded-control border bg-raised py-1 pr-1 pl-3">
        <code className="min-w-0 flex-1 font-mono text-13 break-all select-all">{value}</code>
        <CopyButton text={value} label={`${common.copy}: ${label}`} />
      </span>
    </div>
  );
}

function download({ name, key_id, secret_key }: Schema<"NewKey">): void {
  const lines = [`${text.name}: ${visible(name)}`, `${text.id}: ${key_id}`, `${text.secret}: ${secret_key}`, ""];
  const address = URL.createObjectURL(new Blob([lines.join("\n")], { type: "text/plain" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = `mosaicfs-${key_id}.txt`;
  link.click();
  URL.revokeObjectURL(address);
}
