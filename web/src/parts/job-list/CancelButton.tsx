import type { ReactNode } from "react";
import { api } from "@/api/client";
import { useChange } from "@/api/queries";
import type { Job } from "@/api/schemas";
import { useIsOnline } from "@/lib/live/connection";
import { common } from "@/lib/text/everywhere";
import { jobs as text } from "@/lib/text/jobs";
import { Button } from "@/parts/ui/button";
import { toast } from "@/parts/ui/toast";
import { titleOf } from "./standing";

/** Stops a job that can still be stopped; nothing for any other. */
export function CancelButton({ job }: { job: Job }): ReactNode {
  const isOnline = useIsOnline();
  const cancel = useChange((job_id: string) => api.POST("/api/jobs/{job_id}/cancel", { params: { path: { job_id } } }), { touches: ["/api/jobs"] });
  if (!job.cancellable) return null;
  // The button may be gone before the answer is there.
  const press = (): void => void cancel.mutateAsync(job.job_id).then(() => toast.say(text.cancelling), (error: unknown) => toast.failed(text.cancelFailed, error));
  return (
    <Button
      scale="small"
      isBusy={cancel.isPending}
      disabled={!isOnline}
      title={isOnline ? undefined : common.offlineReason}
      aria-label={text.cancelOf(titleOf(job))}
      onClick={press}
    >
      {text.cancel}
    </Button>
  );
}
