import { type ReactNode, useState } from "react";
import { api } from "@/api/client";
import { useApi, useChange } from "@/api/queries";
import type { Schema } from "@/api/schemas";
import { classes } from "@/lib/classes";
import { useIsOnline } from "@/lib/live/connection";
import { useOpenFile } from "@/lib/open-file";
import { plugins as text } from "@/lib/text/plugins";
import { visible, visibleText } from "@/lib/visible";
import { Loaded, NoMatch, SkeletonRows } from "@/parts/states";
import { Badge, Time, type Tone } from "@/parts/things";
import { Button, buttonClasses } from "@/parts/ui/button";
import { toast } from "@/parts/ui/toast";
import { Cell, Row, Table } from "./table";

type Wanted = "all" | "pending" | "in_flight" | "failed" | "acked";

const words = text.jobs;
const wishes: readonly Wanted[] = ["all", "pending", "in_flight", "failed"];
const most = 20;
/** The node is asked by its document: an event of that must not ask again. */
const often = 10_000;
const tones: Record<string, Tone> = { pending: "neutral", in_flight: "info", failed: "error", acked: "ok" };

/** What waits for a plugin, is at work, or was over within the last day. */
export function PluginJobs({ plugin, failed }: { plugin: Schema<"ShownPlugin">; failed: number }): ReactNode {
  const [wanted, setWanted] = useState<Wanted>("all");
  const path = { node_id: plugin.node_id, plugin_name: plugin.plugin_name };
  const query = useApi(
    "/api/nodes/{node_id}/plugins/{plugin_name}/jobs",
    { params: { path, query: { limit: most, ...(wanted === "all" ? {} : { status: wanted }) } } },
    { keepsPrevious: true, isLive: false, every: often },
  );
  const none = wanted === "all" ? <p className="px-4 py-6 text-center text-13 text-muted">{words.none}</p> : <NoMatch by={words.states[wanted] ?? wanted} onClear={() => setWanted("all")} />;
  return (
    <div className="bg-raised/40">
      <div className="flex flex-wrap items-center gap-2 px-4 py-2">
        <div role="group" aria-label={words.filter} className="flex gap-1">
          {wishes.map((wish) => (
            <button key={wish} type="button" aria-pressed={wish === wanted} onClick={() => setWanted(wish)} className={classes(buttonClasses("quiet", "small"), wish === wanted ? "bg-raised" : "text-muted")}>
              {wish === "all" ? words.every : words.states[wish]}
            </button>
          ))}
        </div>
        {failed > 0 && <Retry path={path} />}
      </div>
      <Loaded query={query} what={words.what} skeleton={<SkeletonRows count={3} />} isEmpty={({ items }) => items.length === 0} empty={none}>
        {({ items, total }) => (
          <>
            <JobTable jobs={items} />
            {total != null && total > items.length && <p className="tabular border-t px-4 py-2 text-12 text-muted">{words.more(items.length, total)}</p>}
          </>
        )}
      </Loaded>
    </div>
  );
}

function Retry({ path }: { path: { node_id: string; plugin_name: string } }): ReactNode {
  const isOnline = useIsOnline();
  const retry = useChange(() => api.POST("/api/nodes/{node_id}/plugins/{plugin_name}/jobs/retry", { params: { path }, body: {} }), { touches: ["/api/nodes"] });
  // The button may be gone before the answer is there.
  const press = (): void => void retry.mutateAsync(undefined).then(({ requeued }) => toast.done(words.retried(requeued)), (error: unknown) => toast.failed(words.retryFailed, error));
  return (
    <Button scale="small" className="ml-auto" isBusy={retry.isPending} disabled={!isOnline} onClick={press}>
      {words.retry}
    </Button>
  );
}

function JobTable({ jobs }: { jobs: readonly Schema<"PluginJob">[] }): ReactNode {
  const { open } = useOpenFile();
  const headings = [
    { label: words.event, width: "128px" },
    { label: words.state, width: "96px" },
    { label: words.attempts, isRight: true, isExtra: true, width: "80px" },
    { label: words.error, isExtra: true },
    { label: words.file, width: "88px" },
    { label: words.created, isRight: true, isExtra: true, width: "128px" },
  ];
  return (
    <Table label={words.what} headings={headings}>
      {jobs.map(({ id, event_type, status, attempts, last_error, file_id, created_at }) => (
        <Row key={id}>
          <Cell className="font-mono text-12">{visible(event_type)}</Cell>
          <Cell>
            <Badge tone={tones[status] ?? "neutral"}>{words.states[status] ?? visible(status)}</Badge>
          </Cell>
          <Cell isRight isExtra>
            {attempts}
          </Cell>
          <Cell isExtra className="break-words whitespace-pre-line">
            {last_error ? visibleText(last_error) : <span className="text-muted">{"\u2013"}</span>}
          </Cell>
          <Cell>
            {file_id && (
              <button type="button" onClick={() => open(file_id)} className="rounded-control text-accent hover:underline">
                {words.open}
              </button>
            )}
          </Cell>
          <Cell isRight isExtra className="text-muted">
            <Time at={created_at} />
          </Cell>
        </Row>
      ))}
    </Table>
  );
}
