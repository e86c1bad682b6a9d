/** Keeps a file or a directory on a node: where, how much at most, and beneath it what that takes. */
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useId, useState } from "react";
import { api } from "@/api/client";
import { type ApiError, asApiError } from "@/api/errors";
import { refresh } from "@/api/queries";
import type { Schema } from "@/api/schemas";
import { useNodes } from "@/lib/documents";
import { useIsOnline } from "@/lib/live/connection";
import { useSettled } from "@/lib/settled";
import { size } from "@/lib/sizes";
import { common } from "@/lib/text/everywhere";
import { directory as text } from "@/lib/text/directory";
import { visible } from "@/lib/visible";
import { Failure, SkeletonPanel } from "@/parts/states";
import { Button } from "@/parts/ui/button";
import { Select } from "@/parts/ui/choices";
import { Dialog } from "@/parts/ui/dialog";
import { Field, Input } from "@/parts/ui/field";
import { toast } from "@/parts/ui/toast";
import type { Entry } from "./order";

const words = text.keep;
const gib = 1024 ** 3;

export function KeepDialog({ entry, onClose }: { entry: Entry; onClose: () => void }): ReactNode {
  const id = useId();
  const nodes = useNodes().filter(({ role, status }) => role !== "peer" && status !== "disabled");
  const [nodeId, setNodeId] = useState(nodes[0]?.node_id ?? "");
  const [name, setName] = useState(entry.name);
  const [budget, setBudget] = useState("10");
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState("");
  const isOnline = useIsOnline();
  const budget_bytes = Math.round(Number(budget.replace(",", ".")) * gib);
  const isBudget = Number.isFinite(budget_bytes) && budget_bytes > 0;
  const scope = { path: entry.virtual_path };
  const keep = async (): Promise<void> => {
    setBusy(true);
    setProblem("");
    try {
      await api.POST("/api/pins", { body: { node_id: nodeId, name: name.trim(), scope, budget_bytes } });
      await refresh("/api/pins");
      toast.done(words.done(visible(entry.name), visible(nodes.find(({ node_id }) => node_id === nodeId)?.friendly_name ?? nodeId)));
      onClose();
    } catch (error) {
      setProblem(asApiError(error).message);
    } finally {
      setBusy(false);
    }
  };
  const actions = (
    <>
      <Button onClick={onClose}>{common.cancel}</Button>
      <Button look="primary" isBusy={isBusy} disabled={!isOnline || !isBudget || !name.trim() || !nodeId} onClick={() => void keep()}>
        {words.verb}
      </Button>
    </>
  );
  return (
    <Dialog isOpen onClose={onClose} title={words.title(visible(entry.name))} description={words.description} actions={actions}>
      <div className="flex flex-col gap-4">
        <Field label={words.node} id={`${id}-node`}>
          <Select id={`${id}-node`} label={words.node} value={nodeId} onChange={setNodeId} options={nodes.map((node) => ({ value: node.node_id, label: visible(node.friendly_name) }))} />
        </Field>
        <Field label={words.name} id={`${id}-name`} problem={name.trim() ? undefined : words.nameProblem}>
          <Input id={`${id}-name`} value={name} autoComplete="off" onChange={(event) => setName(event.target.value)} />
        </Field>
        <Field label={words.budget} id={`${id}-budget`} help={words.budgetHelp} problem={isBudget ? undefined : words.budgetProblem}>
          <Input id={`${id}-budget`} inputMode="decimal" value={budget} onChange={(event) => setBudget(event.target.value)} />
        </Field>
        {nodeId && isBudget && <What draft={{ node_id: nodeId, scope, budget_bytes }} />}
        {problem && (
          <p role="alert" className="text-13 text-error">
            {problem}
          </p>
        )}
      </div>
    </Dialog>
  );
}

function What({ draft }: { draft: Schema<"PinDraft"> }): ReactNode {
  const asked = useSettled(JSON.stringify(draft), 400);
  const query = useQuery<Schema<"PinPreview">, ApiError>({
    queryKey: ["/api/pins/preview", asked],
    queryFn: () => api.POST("/api/pins/preview", { body: JSON.parse(asked) as Schema<"PinDraft"> }),
    placeholderData: (before) => before,
  });
  const { data } = query;
  if (query.error) return <Failure what={words.preview} error={query.error} onRetry={() => void query.refetch()} />;
  if (!data) return <SkeletonPanel height={60} />;
  return (
    <section aria-label={words.preview} aria-live="polite" className="tabular flex min-h-15 flex-col gap-1 rounded-control bg-raised p-3 text-13">
      <p className="font-medium">{words.files(data.files, size(data.bytes))}</p>
      <p className="text-muted">{words.fetch(size(data.to_fetch_bytes))}{data.already_here_bytes > 0 && `, ${words.here(size(data.already_here_bytes))}`}</p>
      {data.over_budget_bytes > 0 && <p className="text-warn">{words.over(size(data.over_budget_bytes))}</p>}
      {data.unreachable_files > 0 && <p className="text-warn">{words.unreachable(data.unreachable_files)}</p>}
    </section>
  );
}
