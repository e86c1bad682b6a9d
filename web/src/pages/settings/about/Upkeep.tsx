import { useRouter } from "@tanstack/react-router";
import { type ReactNode, useId, useState } from "react";
import { api } from "@/api/client";
import { useChange } from "@/api/queries";
import { addresses } from "@/lib/addresses";
import { useIsOnline } from "@/lib/live/connection";
import { common } from "@/lib/text/everywhere";
import { about as text } from "@/lib/text/settings-about";
import { Panel } from "@/parts/page";
import { Button } from "@/parts/ui/button";
import { Checkbox } from "@/parts/ui/choices";
import { Dialog } from "@/parts/ui/dialog";

export function Upkeep(): ReactNode {
  const [isAsked, setAsked] = useState(false);
  const isOnline = useIsOnline();
  return (
    <Panel title={text.upkeep}>
      <p className="mb-3 text-13 text-muted">{text.reindexMore}</p>
      <Button disabled={!isOnline} title={isOnline ? undefined : common.offlineReason} onClick={() => setAsked(true)}>
        {text.reindex}
      </Button>
      {isAsked && <ReindexDialog onClose={() => setAsked(false)} />}
    </Panel>
  );
}

/** Goes on to the job, which shows how far it is. */
function ReindexDialog({ onClose }: { onClose: () => void }): ReactNode {
  const [rebuilds, setRebuilds] = useState(false);
  const { history } = useRouter();
  const id = useId();
  const reindex = useChange((rebuild_derived: boolean) => api.POST("/api/system/reindex", { body: { rebuild_derived } }), { touches: ["/api/jobs"] });
  const start = (): void => reindex.mutate(rebuilds, { onSuccess: ({ job_id }) => history.push(addresses.job(job_id)) });
  const actions = (
    <>
      <Button onClick={onClose}>{common.cancel}</Button>
      <Button look="primary" isBusy={reindex.isPending} onClick={start}>
        {text.reindex}
      </Button>
    </>
  );
  return (
    <Dialog isOpen onClose={onClose} title={text.reindexTitle} description={text.reindexText} actions={actions}>
      <div className="flex items-start gap-3 text-14">
        <span className="pt-0.5">
          <Checkbox id={id} checked={rebuilds} onChange={setRebuilds} />
        </span>
        <label htmlFor={id}>{text.rebuild}</label>
      </div>
      {reindex.error && (
        <p role="alert" className="mt-3 text-13 text-error">
          {reindex.error.message}
        </p>
      )}
    </Dialog>
  );
}
