import type { ReactNode } from "react";
import { api } from "@/api/client";
import { refresh } from "@/api/queries";
import { backends as text } from "@/lib/text/settings-backends";
import { visible } from "@/lib/visible";
import { DestructiveDialog } from "@/parts/ui/destructive-dialog";
import { toast } from "@/parts/ui/toast";
import type { Backend } from "./draft";
import { useLive } from "./standing";

export function DeleteDialog({ of, onClose }: { of: Backend; onClose: () => void }): ReactNode {
  const live = useLive(of);
  const name = visible(of.name);
  const remove = async (): Promise<void> => {
    await api.DELETE("/api/storage-backends/{name}", { params: { path: { name: of.name }, query: { force: true } } });
    await refresh("/api/storage-backends");
    toast.done(text.deleted(name));
  };
  return <DestructiveDialog isOpen onClose={onClose} title={text.deleteTitle(name)} loss={text.loss(live?.files ?? 0)} verb={text.delete} nameToType={of.name} onConfirm={remove} />;
}
