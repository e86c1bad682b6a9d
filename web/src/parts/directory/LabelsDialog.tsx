/** Labels on many files at once: what is to come, and what of the present ones is to go. */
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useId, useMemo, useState } from "react";
import { api, type Answer } from "@/api/client";
import { type ApiError, asApiError } from "@/api/errors";
import { refresh, useApi } from "@/api/queries";
import { useIsOnline } from "@/lib/live/connection";
import { useSettled } from "@/lib/settled";
import { common } from "@/lib/text/everywhere";
import { directory as text } from "@/lib/text/directory";
import { visible } from "@/lib/visible";
import { Failure, SkeletonRows } from "@/parts/states";
import { LabelChip } from "@/parts/things";
import { Button } from "@/parts/ui/button";
import { Dialog } from "@/parts/ui/dialog";
import { Field } from "@/parts/ui/field";
import { TagInput } from "@/parts/ui/tag-input";
import { toast } from "@/parts/ui/toast";
import type { Entry } from "./order";

const words = text.labels;
const mostFiles = 5000;
const mostRead = 500;

export function LabelsDialog({ files, folders, onClose }: { files: readonly Entry[]; folders: number; onClose: () => void }): ReactNode {
  const [add, setAdd] = useState<string[]>([]);
  const [remove, setRemove] = useState<ReadonlySet<string>>(new Set());
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState("");
  const isOnline = useIsOnline();
  const ids = useMemo(() => files.map(({ file_id }) => file_id).filter((id) => id != null), [files]);
  const isTooMany = ids.length > mostFiles;
  const apply = async (): Promise<void> => {
    setBusy(true);
    setProblem("");
    try {
      await api.POST("/api/labels/assignments/bulk", { body: { file_ids: ids, add, remove: [...remove] } });
      for (const call of ["/api/labels", "/api/files", "/api/vfs", "/api/jobs"]) void refresh(call);
      toast.done(words.started(ids.length));
      onClose();
    } catch (error) {
      setProblem(asApiError(error).message);
    } finally {
      setBusy(false);
    }
  };
  const toggle = (label: string): void => {
    const next = new Set(remove);
    if (!next.delete(label)) next.add(label);
    setRemove(next);
  };
  const actions = (
    <>
      <Button onClick={onClose}>{common.cancel}</Button>
      <Button look="primary" isBusy={isBusy} disabled={!isOnline || isTooMany || (add.length === 0 && remove.size === 0)} title={isOnline ? undefined : common.offlineReason} onClick={() => void apply()}>
        {words.verb(ids.length)}
      </Button>
    </>
  );
  return (
    <Dialog isOpen onClose={onClose} title={words.title(ids.length)} {...(folders > 0 ? { description: words.left(folders) } : {})} actions={actions}>
      <div className="flex min-h-48 flex-col gap-4">
        <Added value={add} onChange={setAdd} />
        {isTooMany ? <p className="text-13 text-error">{words.tooMany(mostFiles)}</p> : <Present ids={ids} removed={remove} onToggle={toggle} />}
        {problem && (
          <p role="alert" className="text-13 text-error">
            {problem}
          </p>
        )}
      </div>
    </Dialog>
  );
}

function Added({ value, onChange }: { value: readonly string[]; onChange: (labels: string[]) => void }): ReactNode {
  const id = useId();
  const [typed, setTyped] = useState("");
  const prefix = useSettled(typed.trim(), 150);
  const { data } = useApi("/api/labels", { params: { query: { prefix, limit: 8 } } }, { enabled: prefix !== "", keepsPrevious: true });
  return (
    <Field label={words.add} id={id} help={words.addHelp}>
      <TagInput id={id} label={words.add} tags={value} onChange={onChange} onType={setTyped} completions={(data?.items ?? []).map(({ label }) => ({ value: label }))} />
    </Field>
  );
}

/** Labels given by hand, with the number of files that have them. */
function Present({ ids, removed, onToggle }: { ids: readonly string[]; removed: ReadonlySet<string>; onToggle: (label: string) => void }): ReactNode {
  const read = ids.slice(0, mostRead);
  const query = useQuery<Answer<"/api/files/lookup", "post">, ApiError>({
    queryKey: ["/api/files/lookup", read, "labels"],
    queryFn: () => api.POST("/api/files/lookup", { body: { file_ids: read, include: "labels" } }),
  });
  const counts = useMemo(() => countsOf(query.data), [query.data]);
  return (
    <section className="flex flex-col gap-2" aria-label={words.present}>
      <h3 className="text-13 font-medium">{words.present}</h3>
      {query.error ? (
        <Failure what={words.present} error={query.error} onRetry={() => void query.refetch()} />
      ) : !query.data ? (
        <SkeletonRows count={2} height={32} />
      ) : counts.length === 0 ? (
        <p className="text-13 text-muted">{words.none}</p>
      ) : (
        <ul className="flex flex-col">
          {counts.map(([label, count]) => {
            const isRemoved = removed.has(label);
            return (
              <li key={label} className="flex h-9 items-center gap-3">
                <span className={isRemoved ? "line-through opacity-60" : ""}>
                  <LabelChip label={label} />
                </span>
                <span className="tabular flex-1 text-12 text-muted">{count === read.length ? words.ofAll : words.ofSome(count, read.length)}</span>
                <Button scale="small" look="quiet" aria-label={`${isRemoved ? words.keepIt : words.remove} ${visible(label)}`} onClick={() => onToggle(label)}>
                  {isRemoved ? words.keepIt : words.remove}
                </Button>
              </li>
            );
          })}
        </ul>
      )}
      {ids.length > mostRead && <p className="text-12 text-muted">{words.first(mostRead)}</p>}
    </section>
  );
}

function countsOf(found: Answer<"/api/files/lookup", "post"> | undefined): [string, number][] {
  const counts = new Map<string, number>();
  for (const { labels } of found?.items ?? [])
    for (const one of labels) if (typeof one !== "string" && one.source === "direct") counts.set(one.label, (counts.get(one.label) ?? 0) + 1);
  return [...counts].sort(([one, of], [other, than]) => than - of || one.localeCompare(other));
}
