/** One job in a line or two: what it is, how it stands, how far it is. */
import type { ReactNode } from "react";
import type { Job } from "@/api/schemas";
import { addresses } from "@/lib/addresses";
import { jobs as text } from "@/lib/text/jobs";
import { visible } from "@/lib/visible";
import { Meter, StatusSentence, Time } from "@/parts/things";
import { PageLink } from "@/parts/ui/page-link";
import { CancelButton } from "./CancelButton";
import { isGoing, progressOf, titleOf, toneOfJob } from "./standing";

export function JobLine({ job, onFollow }: { job: Job; onFollow: () => void }): ReactNode {
  const failed = job.counts?.failed ?? 0;
  return (
    <li className="flex flex-col gap-1.5 px-4 py-3">
      <div className="flex min-h-7 items-center gap-3">
        <PageLink href={addresses.job(job.job_id)} onClick={onFollow} className="min-w-0 flex-1 truncate text-14 font-medium hover:text-accent">
          {titleOf(job)}
        </PageLink>
        {isGoing(job) ? (
          <CancelButton job={job} />
        ) : (
          <span className="text-12 text-muted">
            <Time at={job.finished_at} />
          </span>
        )}
      </div>
      {isGoing(job) && <JobProgress job={job} />}
      <span className="flex flex-wrap items-center gap-x-3 text-12 text-muted">
        <StatusSentence tone={toneOfJob(job)}>{text.states[job.state]}</StatusSentence>
        {failed > 0 && <span className="text-error">{text.failed(failed)}</span>}
      </span>
    </li>
  );
}

/** The bar and its numbers; they keep their room before anything is planned. */
export function JobProgress({ job }: { job: Job }): ReactNode {
  const progress = progressOf(job);
  return (
    <>
      <Meter isProgress label={text.progress(titleOf(job))} used={progress?.done ?? 0} capacity={progress?.planned ?? 1} />
      <p className="tabular min-h-4 truncate text-12 text-muted">{progress?.words ?? (job.phase ? visible(job.phase) : "")}</p>
    </>
  );
}
