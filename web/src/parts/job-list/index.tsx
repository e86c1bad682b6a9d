/** What the top bar opens: jobs that go on, and those that ended last. */
import type { ReactNode } from "react";
import { useApi } from "@/api/queries";
import type { Job } from "@/api/schemas";
import { jobs as text } from "@/lib/text/jobs";
import { Loaded } from "@/parts/states";
import { JobLine } from "./JobLine";
import { isGoing } from "./standing";

export { CancelButton } from "./CancelButton";
export { JobProgress } from "./JobLine";
export { isGoing, progressOf, titleOf, toneOfJob } from "./standing";

const ended = 5;

export function JobList({ onClose }: { onClose: () => void }): ReactNode {
  const query = useApi("/api/jobs", { params: { query: { limit: 50 } } });
  return (
    <div className="flex max-h-[70vh] flex-col">
      <h2 className="px-4 pt-3 pb-1 text-14 font-semibold">{text.title}</h2>
      <div className="min-h-0 overflow-y-auto">
        <Loaded query={query} what={text.what}>
          {({ items }) => (
            <>
              <Lines jobs={items.filter(isGoing)} onClose={onClose} none />
              <Lines jobs={items.filter((job) => !isGoing(job)).slice(0, ended)} onClose={onClose} title={text.recent} />
            </>
          )}
        </Loaded>
      </div>
    </div>
  );
}

function Lines({ jobs, title, none = false, onClose }: { jobs: readonly Job[]; title?: string; none?: boolean; onClose: () => void }): ReactNode {
  if (jobs.length === 0) return none ? <p className="px-4 py-3 text-13 text-muted">{text.none}</p> : null;
  return (
    <>
      {title && <h3 className="border-t px-4 pt-3 text-12 font-medium text-muted">{title}</h3>}
      <ul className="divide-y">
        {jobs.map((job) => (
          <JobLine key={job.job_id} job={job} onFollow={onClose} />
        ))}
      </ul>
    </>
  );
}
