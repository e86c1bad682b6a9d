import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { api, type Answer } from "@/api/client";
import type { ApiError } from "@/api/errors";
import { useSettled } from "@/lib/settled";
import { labels as text } from "@/lib/text/labels";
import { Failure, SkeletonRows } from "@/parts/states";
import { IconOfFile, Name, NodeBadge, PathText } from "@/parts/things";
import { isPrefix } from "./rule-draft";

const words = text.rule;
const shown = 10;

/** Which files the rule being written would cover, half a second after the last change. */
export function RulePreview({ nodeId, prefix }: { nodeId: string; prefix: string }): ReactNode {
  const scope = useSettled(`${nodeId} ${prefix}`, 500);
  const [node_id = "*", path_prefix = ""] = [scope.slice(0, scope.indexOf(" ")), scope.slice(scope.indexOf(" ") + 1)];
  const query = useQuery<Answer<"/api/labels/rules/preview", "post">, ApiError>({
    queryKey: ["/api/labels/rules/preview", { node_id, path_prefix }],
    queryFn: () => api.POST("/api/labels/rules/preview", { body: { node_id, path_prefix } }),
    enabled: isPrefix(path_prefix),
    placeholderData: (before) => before,
  });
  if (!isPrefix(prefix)) return null;
  return (
    <section aria-label={words.preview} aria-live="polite" className="border-t p-4">
      <h3 className="mb-2 text-13 font-semibold">{words.preview}</h3>
      {query.data ? <Covered covered={query.data} /> : query.error ? <Failure what={words.preview} error={query.error} /> : <SkeletonRows count={3} />}
    </section>
  );
}

function Covered({ covered: { total, items } }: { covered: Answer<"/api/labels/rules/preview", "post"> }): ReactNode {
  if (total === 0) return <p className="text-13 text-muted">{words.none}</p>;
  return (
    <>
      <p className="tabular text-13 text-muted">{words.covered(total)}</p>
      <ul className="mt-2 flex flex-col">
        {items.slice(0, shown).map((file) => (
          <li key={file.file_id} className="flex h-row min-w-0 items-center gap-2 text-13">
            <IconOfFile name={file.name} mimeType={file.mime_type ?? null} />
            <Name className="max-w-44 shrink-0">{file.name}</Name>
            <span className="min-w-0 flex-1 text-muted">
              <PathText path={file.source.export_parent} />
            </span>
            <NodeBadge id={file.source.node_id} className="shrink-0" />
          </li>
        ))}
      </ul>
    </>
  );
}
