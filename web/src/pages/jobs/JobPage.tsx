/** One job from its request to what came of it; it changes while one looks. */
import { useParams } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useApi } from "@/api/queries";
import type { Job } from "@/api/schemas";
import { counted } from "@/lib/sizes";
import { jobs as text } from "@/lib/text/jobs";
import { duration } from "@/lib/times";
import { visible } from "@/lib/visible";
import { CancelButton, isGoing, JobProgress, titleOf, toneOfJob } from "@/parts/job-list";
import { Page, PageHeader, Panel } from "@/parts/page";
import { Empty, Loaded, SkeletonPanel } from "@/parts/states";
import { NodeBadge, StatusSentence, Time } from "@/parts/things";
import { Facts } from "./Facts";
import { JobErrors } from "./JobErrors";
import { toldOf } from "./told";

export function JobPage(): ReactNode {
  const { jobId } = useParams({ from: "/jobs/$jobId" });
  const query = useApi("/api/jobs/{job_id}", { params: { path: { job_id: jobId } } });
  const isGone = query.data === undefined && query.error?.status === 404;
  return (
    <Page>
      <PageHeader title={query.data ? titleOf(query.data) : text.title} actions={query.data && <CancelButton job={query.data} />} />
      {isGone ? (
        <Empty drawing="gone" sentence={text.notFound}>
          {text.notFoundMore}
        </Empty>
      ) : (
        <Loaded query={query} what={text.one} skeleton={<SkeletonPanel height={280} />}>
          {(job) => <Body job={job} />}
        </Loaded>
      )}
    </Page>
  );
}

function Body({ job }: { job: Job }): ReactNode {
  const { counts, current = [], result, request } = job;
  return (
    <>
      <Panel title={<Standing job={job} />}>
        {isGoing(job) && (
          <div className="mb-4 flex flex-col gap-1.5">
            <JobProgress job={job} />
            {current.length > 0 && (
              <p className="truncate text-13">
                <span className="text-muted">{text.current}: </span>
                {current.map(visible).join(", ")}
              </p>
            )}
          </div>
        )}
        <Facts rows={factsOf(job)} />
      </Panel>
      <Told title={text.request} of={request} />
      {result && <Told title={text.result} of={result} />}
      {((counts?.failed ?? 0) > 0 || job.state === "failed" || job.state === "done_with_errors") && <JobErrors jobId={job.job_id} />}
    </>
  );
}

function Standing({ job }: { job: Job }): ReactNode {
  return (
    <span role="status">
      <StatusSentence tone={toneOfJob(job)}>{text.states[job.state]}</StatusSentence>
    </span>
  );
}

function Told({ title, of }: { title: string; of: Record<string, unknown> }): ReactNode {
  const rows = toldOf(of);
  if (rows.length === 0) return null;
  return (
    <Panel title={title}>
      <Facts rows={rows} />
    </Panel>
  );
}

function factsOf(job: Job): [string, ReactNode][] {
  const { node_id, created_by, created_at, started_at, finished_at, counts, job_id } = job;
  const rows: [string, ReactNode][] = [
    [text.node, node_id ? <NodeBadge id={node_id} /> : text.controlPlane],
    [text.by, visible(created_by)],
    [text.created, <Time at={created_at} />],
  ];
  if (started_at) rows.push([text.started, <Time at={started_at} />]);
  if (finished_at) rows.push([text.finished, <Time at={finished_at} />]);
  if (started_at && finished_at) rows.push([text.took, duration((Date.parse(finished_at) - Date.parse(started_at)) / 1000)]);
  if (counts?.skipped) rows.push([text.skipped, counted(counts.skipped)]);
  rows.push([text.id, <span className="font-mono text-12">{job_id}</span>]);
  return rows;
}
