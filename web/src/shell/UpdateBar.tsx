import { type ReactNode, useState } from "react";
import { useSignal } from "@/lib/signal";
import { shell as text } from "@/lib/text/shell";
import { hasUpdate, takeUpdate } from "@/lib/worker";
import { Button } from "@/parts/ui/button";
import { CloseButton } from "@/parts/ui/dialog";

/** Quiet, and only when a newer build waits: nobody is reloaded unasked. */
export function UpdateBar(): ReactNode {
  const isThere = useSignal(hasUpdate);
  const [isPut, setPut] = useState(false);
  if (!isThere || isPut) return null;
  return (
    <div role="status" className="rise fixed inset-x-4 bottom-4 z-30 mx-auto flex w-fit max-w-full items-center gap-3 rounded-panel border bg-panel py-2 pr-2 pl-4 text-13 shadow-float phone:bottom-18">
      {text.newVersion}
      <Button scale="small" look="primary" onClick={() => void takeUpdate()}>
        {text.update}
      </Button>
      <CloseButton onClose={() => setPut(true)} />
    </div>
  );
}
