/** Lets the node sign in, list a page and read a few bytes; each step says how it went. */
import { Check, X } from "lucide-react";
import { type ReactNode, useEffect } from "react";
import { api } from "@/api/client";
import { useChange } from "@/api/queries";
import type { Schema } from "@/api/schemas";
import { size } from "@/lib/sizes";
import { common } from "@/lib/text/everywhere";
import { backends as text } from "@/lib/text/settings-backends";
import { visible, visibleText } from "@/lib/visible";
import { Failure, SkeletonRows } from "@/parts/states";
import { Button } from "@/parts/ui/button";
import { Dialog } from "@/parts/ui/dialog";

export function useTest() {
  return useChange((name: string) => api.POST("/api/storage-backends/{name}/test", { params: { path: { name } } }));
}

export function TestDialog({ name, onClose }: { name: string; onClose: () => void }): ReactNode {
  const { mutate, data, error, isPending } = useTest();
  useEffect(() => mutate(name), [mutate, name]);
  const actions = (
    <>
      <Button isBusy={isPending} onClick={() => mutate(name)}>
        {common.retry}
      </Button>
      <Button look="primary" onClick={onClose}>
        {common.close}
      </Button>
    </>
  );
  return (
    <Dialog isOpen onClose={onClose} title={text.testOf(visible(name))} description={text.needsAnswer} actions={actions}>
      <div className="min-h-36">{error ? <Failure what={text.testFailed} error={error} /> : data && !isPending ? <Tried tried={data} /> : <SkeletonRows count={3} />}</div>
    </Dialog>
  );
}

export function Tried({ tried }: { tried: Schema<"Tried"> }): ReactNode {
  return (
    <div role="status" className="flex flex-col gap-2 text-13">
      <p className={tried.ok ? "font-medium text-ok" : "font-medium text-error"}>{tried.ok ? text.worked : text.failedTest}</p>
      <ul className="flex flex-col gap-1">
        {tried.steps.map((step) => (
          <li key={step.step} className="flex items-start gap-2">
            {step.ok ? (
              <Check className="mt-0.5 size-4 shrink-0 text-ok" strokeWidth={1.5} aria-hidden="true" />
            ) : (
              <X className="mt-0.5 size-4 shrink-0 text-error" strokeWidth={1.5} aria-hidden="true" />
            )}
            <span className="w-24 shrink-0">{text.steps[step.step]}</span>
            <span className="min-w-0 flex-1 break-words whitespace-pre-line text-muted">{toldOf(step)}</span>
            <span className="tabular shrink-0 text-muted">{text.took(step.took_ms)}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}

function toldOf({ message, reason, files, is_all, path, bytes }: Schema<"TriedStep">): string {
  if (message) return visibleText(message);
  if (reason) return visibleText(reason);
  if (files !== null && files !== undefined) return text.listed(files, is_all === true);
  return [path ? visible(path) : "", bytes ? size(bytes) : ""].filter(Boolean).join(", ");
}
