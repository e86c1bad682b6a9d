import type { ReactNode } from "react";
import { node as text } from "@/lib/text/nodes";
import { visible } from "@/lib/visible";
import { useNow } from "@/lib/clock";
import { useIsOnline } from "@/lib/live/connection";
import { ago } from "@/lib/times";
import { Panel } from "@/parts/page";
import { Empty, Failure, SkeletonRows } from "@/parts/states";
import { Dot, Time } from "@/parts/things";
import type { Node, Told } from "./reading";
import { partsOf } from "./sentences";

/** A dot and a sentence a part. While the node is heard that is how it stands, since it tells every change at once. */
export function StatusPanel({ node, told: { query, status } }: { node: Node; told: Told }): ReactNode {
  const now = useNow();
  const isPresent = useIsOnline() && (node.status === "online" || node.status === "degraded");
  return (
    <Panel id="status" title={text.panels.status} isFlush actions={status && <span className="text-12 text-muted">{isPresent ? text.toldLive : text.told} <Time at={status.updated_at} /></span>}>
      {status === undefined && (query.error ? <Failure what={text.panels.status} error={query.error} onRetry={() => void query.refetch()} /> : <SkeletonRows count={7} />)}
      {status === null && <Empty drawing="nodes" sentence={text.neverTold} />}
      {status && node.status === "offline" && <p className="mx-4 mb-2 rounded-control bg-warn-soft px-3 py-2 text-13">{text.offlineNote(ago(status.updated_at, now))}</p>}
      {status && (
        <ul className="border-t">
          {partsOf(status).map(({ part, name, tone, sentence, since }) => (
            <li key={part} className="grid min-h-row grid-cols-[8px_128px_minmax(0,1fr)_auto] items-center gap-x-3 border-b px-4 py-1 text-13 last:border-b-0 phone:grid-cols-[8px_minmax(0,1fr)_auto]">
              <Dot tone={node.status === "offline" ? "neutral" : tone} />
              <span className="font-medium">{visible(name)}</span>
              <span className="break-words phone:order-last phone:col-span-2 phone:col-start-2">{visible(sentence)}</span>
              <span className="text-12 text-muted">
                <Time at={since} />
              </span>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}
