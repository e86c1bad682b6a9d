/** The mounts and steps of one directory, with what they would show; saved only if nobody else did meanwhile. */
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { tagged, type Tagged } from "@/api/client";
import type { ApiError } from "@/api/errors";
import type { Schema } from "@/api/schemas";
import { useIsOnline } from "@/lib/live/connection";
import { common } from "@/lib/text/everywhere";
import { vfs } from "@/lib/text/vfs";
import { visible } from "@/lib/visible";
import { Failure, SkeletonRows } from "@/parts/states";
import { Button } from "@/parts/ui/button";
import { Dialog } from "@/parts/ui/dialog";
import { Drawer } from "@/parts/ui/drawer";
import { BothVersions } from "./BothVersions";
import { type Draft, draftOf, givenOf, isSame } from "./draft";
import { EditorBody } from "./EditorBody";
import { useSaving } from "./saving";

const text = vfs.editor;
const call = "/api/vfs/directories/{path}";
type Directory = Schema<"ShownDirectory">;

export function MountEditor({ path, onClose }: { path: string; onClose: () => void }): ReactNode {
  const query = useQuery<Tagged<Directory>, ApiError>({
    // What is being edited does not change under the hand: events do not touch it.
    queryKey: ["edited directory", path],
    queryFn: () => tagged(call, { params: { path: { path } } }),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
  if (query.data) return <Editor path={path} found={query.data} onClose={onClose} />;
  return (
    <Drawer isOpen onClose={onClose} width="wide" title={text.title(visible(path))}>
      {query.error ? <Failure what={text.what} error={query.error} onRetry={() => void query.refetch()} /> : <SkeletonRows count={8} />}
    </Drawer>
  );
}

function Editor({ path, found, onClose }: { path: string; found: Tagged<Directory>; onClose: () => void }): ReactNode {
  const [saved, setSaved] = useState<Draft>(() => draftOf(found.data));
  const [draft, setDraft] = useState(saved);
  const [isLeaving, setLeaving] = useState(false);
  const isOnline = useIsOnline();
  const saving = useSaving(path, found, onClose);
  const isChanged = !isSame(draft, saved);
  const leave = (): void => (isChanged ? setLeaving(true) : onClose());
  const footer = (
    <>
      <span aria-live="polite" className="mr-auto self-center text-13 text-muted">
        {isChanged && text.unsaved}
      </span>
      <Button onClick={leave}>{common.cancel}</Button>
      <Button look="primary" isBusy={saving.isBusy} disabled={!isOnline || !isChanged} title={isOnline ? undefined : common.offlineReason} onClick={() => void saving.save(givenOf(draft))}>
        {common.save}
      </Button>
    </>
  );
  return (
    <Drawer isOpen onClose={leave} width="wide" title={text.title(visible(path))} footer={footer}>
      <EditorBody
        path={path}
        draft={draft}
        inherited={found.data.inherited}
        refused={saving.refused}
        onChange={(next) => {
          setDraft(next);
          saving.forget();
        }}
      />
      {saving.refusal && (
        <p role="alert" className="px-4 pb-4 text-13 text-error">
          {saving.refusal.message}
        </p>
      )}
      {isLeaving && (
        <Dialog
          isOpen
          onClose={() => setLeaving(false)}
          width="narrow"
          title={text.discard}
          description={text.discardMore}
          actions={
            <>
              <Button onClick={() => setLeaving(false)}>{common.cancel}</Button>
              <Button look="danger" onClick={onClose}>
                {text.discardVerb}
              </Button>
            </>
          }
        />
      )}
      {saving.theirs && (
        <BothVersions
          theirs={saving.theirs}
          mine={draft}
          onTheirs={() => {
            const next = draftOf(saving.theirs ?? {});
            setSaved(next);
            setDraft(next);
            saving.takeTheirs();
          }}
          onMine={() => void saving.save(givenOf(draft), true)}
        />
      )}
    </Drawer>
  );
}
