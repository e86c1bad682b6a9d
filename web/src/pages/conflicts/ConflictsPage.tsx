/** Documents that two machines changed while apart: every version beside the others, and one is kept. */
import type { ReactNode } from "react";
import { api } from "@/api/client";
import { useApi, useChange } from "@/api/queries";
import type { Schema } from "@/api/schemas";
import { classes } from "@/lib/classes";
import { useIsOnline } from "@/lib/live/connection";
import { common } from "@/lib/text/everywhere";
import { conflicts as text } from "@/lib/text/notifications";
import { visible } from "@/lib/visible";
import { Page, PageHeader, Panel } from "@/parts/page";
import { Empty, Loaded, SkeletonPanel } from "@/parts/states";
import { Badge } from "@/parts/things";
import { Button } from "@/parts/ui/button";
import { toast } from "@/parts/ui/toast";
import { linesOf } from "./differences";

type Conflict = Schema<"Conflict">;

export function ConflictsPage(): ReactNode {
  const query = useApi("/api/conflicts", { params: { query: { limit: 100 } } });
  const none = (
    <Empty drawing="gone" sentence={text.none}>
      {text.noneMore}
    </Empty>
  );
  return (
    <Page>
      <PageHeader title={text.title} />
      <Loaded query={query} what={text.what} skeleton={<SkeletonPanel height={240} />} isEmpty={({ items }) => items.length === 0} empty={none}>
        {({ items }) => items.map((conflict) => <Versions key={conflict.id} conflict={conflict} />)}
      </Loaded>
    </Page>
  );
}

function Versions({ conflict }: { conflict: Conflict }): ReactNode {
  const isOnline = useIsOnline();
  const { id, title, document_type, versions } = conflict;
  const resolve = useChange((keep: string) => api.POST("/api/conflicts/{id}/resolve", { params: { path: { id } }, body: { keep } }), {
    touches: ["/api/conflicts"],
  });
  const keep = (version: string): void =>
    resolve.mutate(version, {
      onSuccess: () => toast.done(text.kept(visible(title))),
      onError: (error) => toast.failed(text.failed(visible(title)), error),
    });
  return (
    <Panel title={visible(title)} actions={<Badge>{visible(document_type.replaceAll("_", " "))}</Badge>} isFlush>
      <div className="overflow-x-auto border-t">
        <table className="w-full text-13">
          <thead>
            <tr className="border-b align-bottom">
              <th scope="col" className="w-40 px-4 py-2 text-left text-12 font-medium text-muted" />
              {versions.map(({ version_id, winner, body }) => (
                <th key={version_id} scope="col" className="min-w-56 px-4 py-2 text-left font-medium">
                  <span className="flex flex-wrap items-center gap-2">
                    {body === null ? text.deleted : winner ? text.holds : <span className="font-mono text-12">{visible(version_id.slice(0, 12))}</span>}
                    <Button scale="small" disabled={!isOnline} title={isOnline ? undefined : common.offlineReason} isBusy={resolve.isPending} onClick={() => keep(version_id)}>
                      {text.keep}
                    </Button>
                  </span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {linesOf(versions.map(({ body }) => body)).map(({ field, values, isDifferent }) => (
              <tr key={field} className={classes("border-b align-top last:border-b-0", isDifferent && "bg-warn-soft")}>
                <th scope="row" className="px-4 py-1.5 text-left font-normal text-muted">
                  {visible(field)}
                  {isDifferent && <span className="sr-only">, {text.differs}</span>}
                </th>
                {values.map((value, at) => (
                  <td key={versions[at]?.version_id ?? at} className="px-4 py-1.5 font-mono text-12 break-words whitespace-pre-wrap">
                    {visible(value)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}
