import { type FormEvent, type ReactNode, useId, useState } from "react";
import { api } from "@/api/client";
import { asApiError } from "@/api/errors";
import { refresh } from "@/api/queries";
import { useNodes } from "@/lib/documents";
import { useIsOnline } from "@/lib/live/connection";
import { size } from "@/lib/sizes";
import { common } from "@/lib/text/everywhere";
import { storage as text } from "@/lib/text/storage";
import { visible } from "@/lib/visible";
import { Button } from "@/parts/ui/button";
import { DestructiveDialog } from "@/parts/ui/destructive-dialog";
import { Dialog } from "@/parts/ui/dialog";
import { Drawer } from "@/parts/ui/drawer";
import { toast } from "@/parts/ui/toast";
import { bodyOf, draftOf, type Pin, type PinDraft, type PinProblems, problemsOf } from "./pin-draft";
import { PinFields } from "./PinFields";
import { PinPreview } from "./PinPreview";

const words = text.pins;
const one = "/api/pins/{pin_id}";

export function PinDrawer({ pin, onClose }: { pin?: Pin; onClose: () => void }): ReactNode {
  const nodes = useNodes();
  const [saved] = useState(() => draftOf(pin, nodes.length === 1 ? (nodes[0]?.node_id ?? "") : ""));
  const [draft, setDraft] = useState(saved);
  const [problems, setProblems] = useState<PinProblems>({});
  const [isBusy, setBusy] = useState(false);
  const [asked, setAsked] = useState<"remove" | "discard" | null>(null);
  const isOnline = useIsOnline();
  const form = useId();
  const change = (changed: Partial<PinDraft>): void => {
    setDraft({ ...draft, ...changed });
    setProblems({});
  };
  const leave = (): void => (JSON.stringify(draft) === JSON.stringify(saved) ? onClose() : setAsked("discard"));
  const store = async (): Promise<void> => {
    const { scope, ...body } = bodyOf(draft);
    if (pin) {
      await api.PATCH(one, { params: { path: { pin_id: pin.pin_id } }, body: { ...body, ...(scope ? { scope: { ...scope } } : {}) } });
    } else if (scope) await api.POST("/api/pins", { body: { ...body, scope } });
  };
  const save = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const found = problemsOf(draft);
    setProblems(found);
    if (Object.keys(found).length > 0) return;
    setBusy(true);
    try {
      await store();
      await refresh("/api/pins");
      toast.done(words.saved(visible(draft.name)));
      onClose();
    } catch (error) {
      const { fields, message } = asApiError(error);
      setProblems(fields.length > 0 ? Object.fromEntries(fields.map(({ field, problem }) => [fieldOf(field), problem])) : { other: message });
    } finally {
      setBusy(false);
    }
  };
  const remove = async (): Promise<void> => {
    await api.DELETE(one, { params: { path: { pin_id: pin?.pin_id ?? "" } } });
    await refresh("/api/pins");
    toast.done(words.removed(visible(saved.name)));
    onClose();
  };
  const footer = (
    <>
      {pin && (
        <Button look="quiet" className="mr-auto text-error!" disabled={!isOnline} onClick={() => setAsked("remove")}>
          {words.remove}
        </Button>
      )}
      <Button onClick={leave}>{common.cancel}</Button>
      <Button type="submit" form={form} look="primary" isBusy={isBusy} disabled={!isOnline} title={isOnline ? undefined : common.offlineReason}>
        {common.save}
      </Button>
    </>
  );
  const discard = (
    <>
      <Button onClick={() => setAsked(null)}>{common.cancel}</Button>
      <Button look="danger" onClick={onClose}>
        {words.discardVerb}
      </Button>
    </>
  );
  return (
    <Drawer isOpen onClose={leave} title={pin ? words.change(visible(pin.name)) : words.new} footer={footer}>
      <form id={form} noValidate className="flex flex-col gap-4 p-4" onSubmit={(event) => void save(event)}>
        <PinFields draft={draft} problems={problems} onChange={change} />
        {problems.other && (
          <p role="alert" className="text-13 text-error">
            {problems.other}
          </p>
        )}
      </form>
      <PinPreview draft={draft} />
      {asked === "discard" && <Dialog isOpen onClose={() => setAsked(null)} title={words.discard} description={words.discardMore} width="narrow" actions={discard} />}
      {pin && <DestructiveDialog isOpen={asked === "remove"} onClose={() => setAsked(null)} title={words.removeTitle(visible(pin.name))} loss={pin.kept_bytes ? words.removeLoss(size(pin.kept_bytes)) : words.removeNothing} verb={words.remove} onConfirm={remove} />}
    </Drawer>
  );
}

/** `scope.path` is told at the field of the path. */
function fieldOf(field: string): string {
  const known: Record<string, string> = { name: "name", node_id: "node_id", budget_bytes: "budget", priority: "priority", expires_at: "expires" };
  const [first = "", second = ""] = field.split(/[.[]/);
  return first === "scope" && ["path", "labels", "search"].includes(second) ? second : (known[first] ?? "other");
}
