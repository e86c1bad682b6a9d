/** What plugins found out about a file, a card each; a plugin can be asked again. */
import { RefreshCw } from "lucide-react";
import { type ReactNode, useState } from "react";
import { api } from "@/api/client";
import { refresh, useApi } from "@/api/queries";
import type { Schema } from "@/api/schemas";
import { useIsOnline } from "@/lib/live/connection";
import { drawer } from "@/lib/text/drawer";
import { visible, visibleText } from "@/lib/visible";
import { Loaded, SkeletonRows } from "@/parts/states";
import { Badge, NodeBadge, Time } from "@/parts/things";
import { Button } from "@/parts/ui/button";
import { toast } from "@/parts/ui/toast";
import { Section } from "./Section";
import { Values } from "./Values";

type Annotation = Schema<"ShownAnnotation">;
const text = drawer.annotations;
const longest = 60;

export function Annotations({ fileId }: { fileId: string }): ReactNode {
  const query = useApi("/api/annotations", { params: { query: { file_id: fileId } } });
  const { waiting, ask } = useAsking(fileId);
  return (
    <Section title={text.title}>
      <Loaded query={query} what={text.what} skeleton={<SkeletonRows count={1} />}>
        {(answer) => {
          // Without a plugin the answer holds one annotation by the name of each plugin.
          const present = { ...waiting, ...(answer as unknown as Record<string, Annotation>) };
          const all = Object.entries(present).sort(([one], [other]) => one.localeCompare(other));
          if (all.length === 0) return <p className="text-13 text-muted">{text.none}</p>;
          return (
            <ul className="flex flex-col divide-y rounded-panel border">
              {all.map(([plugin, one]) => (
                <Card key={plugin} plugin={plugin} one={one} isWaiting={plugin in waiting} onAgain={() => ask(plugin, one)} />
              ))}
            </ul>
          );
        }}
      </Loaded>
    </Section>
  );
}

/** The old ones stay in sight, greyed, until the job that makes new ones has ended. */
function useAsking(fileId: string): { waiting: Record<string, Annotation>; ask: (plugin: string, old: Annotation) => void } {
  const [waiting, setWaiting] = useState<Record<string, Annotation>>({});
  const run = async (plugin: string, old: Annotation): Promise<void> => {
    setWaiting((all) => ({ ...all, [plugin]: old }));
    try {
      const { job_id } = await api.POST("/api/annotations/refresh", { body: { file_id: fileId, plugin } });
      const job = await api.GET("/api/jobs/{job_id}", { params: { path: { job_id }, query: { wait_s: longest } } });
      if (job.state === "failed" || job.state === "done_with_errors") toast.failed(text.notDone(visible(plugin)), new Error(job.errors?.[0]?.message ?? ""));
    } catch (error) {
      toast.failed(text.failed(visible(plugin)), error);
    }
    await refresh("/api/annotations");
    setWaiting(({ [plugin]: _done, ...others }) => others);
  };
  return { waiting, ask: (plugin, old) => void run(plugin, old) };
}

interface CardProps {
  plugin: string;
  one: Annotation;
  isWaiting: boolean;
  onAgain: () => void;
}

function Card({ plugin, one, isWaiting, onAgain }: CardProps): ReactNode {
  const isOnline = useIsOnline();
  const node = typeof one.source.node_id === "string" ? one.source.node_id : undefined;
  const isFailed = one.error !== undefined && one.error !== null;
  return (
    <li>
      <details className={isWaiting ? "opacity-60" : undefined} open={!isFailed}>
        <summary className="flex min-h-control flex-wrap items-center gap-x-2 gap-y-1 px-3 py-1.5 text-13 hover:bg-raised">
          <span className="min-w-0 flex-1 truncate font-medium">{visible(plugin)}</span>
          {isFailed && <Badge tone="error">{text.error}</Badge>}
          <span className="text-12 text-muted">{isWaiting ? text.waiting : <Time at={one.annotated_at} />}</span>
        </summary>
        <div className="flex flex-col gap-3 px-3 pt-1 pb-3">
          {isFailed ? <p className="text-13 break-words whitespace-pre-line text-error">{visibleText(one.error ?? "")}</p> : <Values of={one.data} />}
          <div className="flex flex-wrap items-center gap-2">
            {node && <NodeBadge id={node} />}
            {isOnline && (
              <Button
                scale="small"
                look="quiet"
                className="ml-auto"
                isBusy={isWaiting}
                onClick={onAgain}
                icon={<RefreshCw className="size-4" strokeWidth={1.5} aria-hidden="true" />}
              >
                {text.again}
              </Button>
            )}
          </div>
        </div>
      </details>
    </li>
  );
}
