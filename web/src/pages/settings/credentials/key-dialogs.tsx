/** What is asked before a key stops to work. */
import type { ReactNode } from "react";
import { api } from "@/api/client";
import { refresh } from "@/api/queries";
import { useNow } from "@/lib/clock";
import { credentials as text } from "@/lib/text/settings-credentials";
import { ago } from "@/lib/times";
import { visible } from "@/lib/visible";
import { DestructiveDialog } from "@/parts/ui/destructive-dialog";
import { toast } from "@/parts/ui/toast";
import { isOwn, type Key } from "./keys";

interface KeyDialogProps {
  of: Key;
  onClose: () => void;
}

function Loss({ of }: { of: Key }): ReactNode {
  const now = useNow();
  return (
    <div className="flex flex-col gap-2 text-14">
      <p>{text.loss}</p>
      <p className="text-muted">{of.last_seen ? text.lastUsed(ago(of.last_seen, now)) : text.neverUsed}</p>
      {isOwn(of) && <p className="rounded-control bg-warn-soft px-3 py-2 text-13">{text.lossOwn}</p>}
    </div>
  );
}

function pathOf(key: Key): { path: { key_id: string }; query: { force?: boolean } } {
  return { path: { key_id: key.key_id }, query: isOwn(key) ? { force: true } : {} };
}

export function DeleteDialog({ of, onClose }: KeyDialogProps): ReactNode {
  const name = visible(of.name);
  const remove = async (): Promise<void> => {
    await api.DELETE("/api/credentials/{key_id}", { params: pathOf(of) });
    toast.done(text.deleted(name));
    if (!isOwn(of)) await refresh("/api/credentials");
  };
  return <DestructiveDialog isOpen onClose={onClose} title={text.deleteTitle(name)} loss={<Loss of={of} />} verb={text.delete} nameToType={of.name} onConfirm={remove} />;
}

export function DisableDialog({ of, onClose }: KeyDialogProps): ReactNode {
  const disable = (): Promise<unknown> => api.PATCH("/api/credentials/{key_id}", { params: pathOf(of), body: { enabled: false } });
  return <DestructiveDialog isOpen onClose={onClose} title={text.disableTitle(visible(of.name))} loss={<Loss of={of} />} verb={text.disable} onConfirm={disable} />;
}
