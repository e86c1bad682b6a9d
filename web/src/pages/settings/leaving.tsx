/** A form that is left with changes in it asks first. */
import { useBlocker } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { common } from "@/lib/text/everywhere";
import { settings as text } from "@/lib/text/settings";
import { Button } from "@/parts/ui/button";
import { Dialog } from "@/parts/ui/dialog";

export function Leaving({ isChanged }: { isChanged: boolean }): ReactNode {
  const { status, proceed, reset } = useBlocker({
    shouldBlockFn: ({ current, next }) => isChanged && current.pathname !== next.pathname,
    enableBeforeUnload: isChanged,
    withResolver: true,
  });
  if (status !== "blocked") return null;
  return <Discard onStay={reset} onLeave={proceed} />;
}

export function Discard({ onStay, onLeave }: { onStay: () => void; onLeave: () => void }): ReactNode {
  const actions = (
    <>
      <Button onClick={onStay}>{common.cancel}</Button>
      <Button look="danger" onClick={onLeave}>
        {text.discardVerb}
      </Button>
    </>
  );
  return <Dialog isOpen onClose={onStay} title={text.discard} description={text.discardMore} width="narrow" actions={actions} />;
}
