import type { ReactNode } from "react";
import { useApi } from "@/api/queries";
import { jobs as text } from "@/lib/text/jobs";
import { useOpenFile } from "@/lib/open-file";
import { visible, visibleText } from "@/lib/visible";
import { Panel } from "@/parts/page";
import { Loaded } from "@/parts/states";
import { Badge } from "@/parts/things";

const limit = 200;

/** What went wrong, thing by thing; a file that is known opens its drawer. */
export function JobErrors({ jobId }: { jobId: string }): ReactNode {
  const query = useApi("/api/jobs/{job_id}/errors", { params: { path: { job_id: jobId }, query: { limit } } });
  const { open } = useOpenFile();
  return (
    <Panel title={text.errors} isFlush>
      <Loaded query={query} what={text.errorsWhat} isEmpty={({ items }) => items.length === 0} empty={<p className="px-4 pb-4 text-13 text-muted">{text.nothing}</p>}>
        {({ items, total }) => (
          <>
            <ul className="divide-y border-t">
              {items.map(({ code, message, name, file_id }, at) => (
                <li key={at} className="flex flex-wrap items-baseline gap-x-3 gap-y-1 px-4 py-2 text-13">
                  <Badge tone="error">{visible(code)}</Badge>
                  {name && <Who name={name} {...(file_id ? { onOpen: () => open(file_id) } : {})} />}
                  <span className="min-w-0 flex-1 basis-60 break-words whitespace-pre-line text-muted">{visibleText(message)}</span>
                </li>
              ))}
            </ul>
            {total !== null && total > items.length && <p className="border-t px-4 py-3 text-12 text-muted">{text.moreErrors(items.length, total)}</p>}
          </>
        )}
      </Loaded>
    </Panel>
  );
}

function Who({ name, onOpen }: { name: string; onOpen?: () => void }): ReactNode {
  const shown = visible(name);
  if (!onOpen) return <bdi className="font-medium break-all">{shown}</bdi>;
  return (
    <button type="button" onClick={onOpen} className="rounded-control text-left font-medium break-all hover:text-accent">
      <bdi>{shown}</bdi>
    </button>
  );
}
