/** What the draft would show, half a second after the last change; nothing is saved. */
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useEffect, useState } from "react";
import { api } from "@/api/client";
import type { ApiError } from "@/api/errors";
import type { Schema } from "@/api/schemas";
import { useSettled } from "@/lib/settled";
import { vfs } from "@/lib/text/vfs";
import { visible, visibleText } from "@/lib/visible";
import { Failure, SkeletonRows } from "@/parts/states";
import { IconOfFile, Name, NodeBadge } from "@/parts/things";
import { Condition } from "@/parts/things/condition";
import type { Given } from "./draft";

const text = vfs.editor;
const shown = 20;
type Preview = Schema<"ShownPreview">;

export interface DraftPreviewProps {
  path: string;
  given: Given;
  /** Problems of fields, for the fields; nothing when the draft is sound. */
  onProblems: (fields: readonly { field: string; problem: string }[]) => void;
}

export function DraftPreview({ path, given, onProblems }: DraftPreviewProps): ReactNode {
  const asked = useSettled(JSON.stringify(given), 500);
  const query = useQuery<Preview, ApiError>({
    queryKey: ["/api/vfs", "preview", path, asked],
    queryFn: () => api.POST("/api/vfs/directories/{path}/preview", { params: { path: { path }, query: { limit: shown } }, body: JSON.parse(asked) as Given }),
    placeholderData: (before) => before,
    retry: false,
  });
  const { data, error, refetch } = query;
  const fields = error?.fields;
  useEffect(() => {
    onProblems(fields ?? []);
    // Told once for each answer.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [fields, data]);
  return (
    <section aria-label={text.preview} className="border-t p-4">
      <h3 className="mb-2 text-13 font-semibold">{text.preview}</h3>
      {error && error.fields.length === 0 && <Failure what={text.preview} error={error} onRetry={() => void refetch()} />}
      {error && error.fields.length > 0 && (
        <ul className="flex flex-col gap-1 text-13 text-error">
          {error.fields.map(({ field, problem }) => (
            <li key={field}>
              <span className="font-mono text-12">{visible(field)}</span>: {visibleText(problem)}
            </li>
          ))}
        </ul>
      )}
      {!error && (data ? <Shown preview={data} mounts={given.mounts} /> : <SkeletonRows count={4} />)}
    </section>
  );
}

function Shown({ preview, mounts }: { preview: Preview; mounts: Given["mounts"] }): ReactNode {
  const { items, total, per_mount: tallies, partial, files_examined: examined, problems } = preview;
  const [opened, setOpened] = useState("");
  return (
    <>
      <div aria-live="polite" className="tabular flex flex-wrap gap-x-4 gap-y-1 text-13 text-muted">
        {(total ?? 0) > 0 && <span className="font-medium text-ink">{text.total(total ?? 0)}</span>}
        {mounts.length > 1 && tallies.map((tally, at) => <span key={tally.mount_id}>{text.perMount(at + 1, tally.included, tally.candidates)}</span>)}
        {partial && <span className="text-warn">{text.partial(examined)}</span>}
      </div>
      {problems.map(({ message }, at) => (
        <p key={at} className="mt-1 text-13 whitespace-pre-line text-warn">
          {visibleText(message)}
        </p>
      ))}
      {items.length === 0 ? (
        <p className="py-4 text-13 text-muted">{text.none}</p>
      ) : (
        <ul className="mt-2 flex flex-col">
          {items.map((item) => (
            <Item key={item.relative_path} item={item} isOpen={opened === item.relative_path} onToggle={() => setOpened(opened === item.relative_path ? "" : item.relative_path)} />
          ))}
        </ul>
      )}
      {(total ?? 0) > items.length && items.length > 0 && <p className="mt-2 text-12 text-muted">{text.first(items.length)}</p>}
    </>
  );
}

function Item({ item, isOpen, onToggle }: { item: Preview["items"][number]; isOpen: boolean; onToggle: () => void }): ReactNode {
  return (
    <li>
      <div className="flex h-9 items-center gap-2">
        <button type="button" aria-expanded={isOpen} onClick={onToggle} className="flex h-full min-w-0 flex-1 items-center gap-2 rounded-control px-1 text-left text-13 hover:bg-raised">
          <IconOfFile name={item.name} mimeType={item.mime_type ?? null} />
          <Name className="min-w-0">{item.relative_path}</Name>
        </button>
        {item.node_id && <NodeBadge id={item.node_id} className="shrink-0" />}
      </div>
      {isOpen && (
        <div className="mb-2 ml-8 text-13">
          {item.decided_by ? (
            <p>
              <span className="sr-only">{text.decided} </span>
              <Condition of={item.decided_by} /> <span className="text-muted">({text.decidedIn(visible(item.decided_by.from))})</span>
            </p>
          ) : (
            <p className="text-muted">{text.decidedByDefault}</p>
          )}
        </div>
      )}
    </li>
  );
}
