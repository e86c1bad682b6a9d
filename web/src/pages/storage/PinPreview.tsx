import { useQuery } from "@tanstack/react-query";
import { Fragment, type ReactNode } from "react";
import { api, type Answer } from "@/api/client";
import type { ApiError } from "@/api/errors";
import { useSettled } from "@/lib/settled";
import { plural, size } from "@/lib/sizes";
import { storage as text } from "@/lib/text/storage";
import { Failure, SkeletonRows } from "@/parts/states";
import { budgetOf, type PinDraft, scopeOf } from "./pin-draft";

type Foreseen = Answer<"/api/pins/preview", "post">;

const words = text.pins;
const path = "/api/pins/preview";

/** What the draft would mean on its node, half a second after the last change. */
export function PinPreview({ draft }: { draft: PinDraft }): ReactNode {
  const scope = scopeOf(draft);
  const budget_bytes = budgetOf(draft);
  const isWhole = scope !== null && budget_bytes !== null && draft.node_id !== "";
  const settled = useSettled(isWhole ? JSON.stringify({ node_id: draft.node_id, scope, budget_bytes }) : "", 500);
  const query = useQuery<Foreseen, ApiError>({
    queryKey: [path, settled],
    queryFn: () => api.POST(path, { body: JSON.parse(settled) as { node_id: string; scope: NonNullable<typeof scope>; budget_bytes: number } }),
    enabled: settled !== "",
    placeholderData: (before) => before,
  });
  if (!isWhole) return null;
  return (
    <section aria-label={words.preview} aria-live="polite" className="border-t p-4">
      <h3 className="mb-2 text-13 font-semibold">{words.preview}</h3>
      {query.data ? <Sums foreseen={query.data} /> : query.error ? <Failure what={words.preview} error={query.error} /> : <SkeletonRows count={3} />}
    </section>
  );
}

function Sums({ foreseen }: { foreseen: Foreseen }): ReactNode {
  if (foreseen.files === 0) return <p className="text-13 text-muted">{words.nothing}</p>;
  const rows = [
    [words.here, size(foreseen.already_here_bytes), true],
    [words.fetch, size(foreseen.to_fetch_bytes), true],
    [words.over, size(foreseen.over_budget_bytes), foreseen.over_budget_bytes > 0],
    [words.unreachable, plural(foreseen.unreachable_files, "file"), foreseen.unreachable_files > 0],
  ] as const;
  return (
    <>
      <p className="tabular text-13 font-medium">{words.previewOf(foreseen.files, size(foreseen.bytes))}</p>
      <dl className="mt-2 grid grid-cols-[1fr_auto] gap-x-4 gap-y-1 text-13">
        {rows
          .filter(([, , isShown]) => isShown)
          .map(([name, value]) => (
            <Fragment key={name}>
              <dt className="text-muted">{name}</dt>
              <dd className="tabular text-right">{value}</dd>
            </Fragment>
          ))}
      </dl>
    </>
  );
}
