import { type FormEvent, type ReactNode, useId, useState } from "react";
import { api } from "@/api/client";
import { asApiError } from "@/api/errors";
import { refresh, useApi } from "@/api/queries";
import type { Schema } from "@/api/schemas";
import { useNodes } from "@/lib/documents";
import { showFirstProblem } from "@/lib/first-problem";
import { useSettled } from "@/lib/settled";
import { plural } from "@/lib/sizes";
import { common } from "@/lib/text/everywhere";
import { node as text } from "@/lib/text/nodes";
import { visible } from "@/lib/visible";
import { Button } from "@/parts/ui/button";
import { Select } from "@/parts/ui/choices";
import { Combobox } from "@/parts/ui/combobox";
import { Dialog } from "@/parts/ui/dialog";
import { Field, Input } from "@/parts/ui/field";
import { toast } from "@/parts/ui/toast";
import { Question } from "./Question";

type Draft = Omit<Schema<"NewMount">, "priority"> & { priority: string };
type Problems = Partial<Record<keyof Draft | "other", string>>;

const words = text.mounts;
const types: readonly Draft["mount_type"][] = ["cifs", "nfs", "gdrive_local", "icloud_local", "onedrive_local", "other"];

function draftOf(mount: Schema<"NetworkMount"> | undefined): Draft {
  if (!mount) return { remote_node_id: "", remote_base_export_path: "", local_mount_path: "", mount_type: "cifs", priority: "0" };
  const { remote_node_id, remote_base_export_path, local_mount_path, mount_type, priority } = mount;
  return { remote_node_id, remote_base_export_path, local_mount_path, mount_type: types.find((type) => type === mount_type) ?? "other", priority: String(priority) };
}

function problemsOf(draft: Draft): Problems {
  const isPath = (path: string): boolean => path.startsWith("/") || /^[A-Za-z]:/.test(path);
  return {
    ...(draft.remote_node_id ? {} : { remote_node_id: words.nodeProblem }),
    ...(isPath(draft.remote_base_export_path) ? {} : { remote_base_export_path: words.pathProblem }),
    ...(isPath(draft.local_mount_path) ? {} : { local_mount_path: words.pathProblem }),
    ...(/^-?\d{1,4}$/.test(draft.priority.trim()) && Math.abs(Number(draft.priority)) <= 1000 ? {} : { priority: words.priorityProblem }),
  };
}

export function MountDialog({ nodeId, mount, onClose }: { nodeId: string; mount?: Schema<"NetworkMount">; onClose: () => void }): ReactNode {
  const [draft, setDraft] = useState(() => draftOf(mount));
  const [problems, setProblems] = useState<Problems>({});
  const [isBusy, setBusy] = useState(false);
  const [isAsked, setAsked] = useState(false);
  const id = useId();
  const nodes = useNodes().filter((node) => node.node_id !== nodeId);
  const change = (changed: Partial<Draft>): void => {
    setDraft({ ...draft, ...changed });
    setProblems({});
  };
  const save = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const found = problemsOf(draft);
    setProblems(found);
    if (Object.keys(found).length > 0) return showFirstProblem(form);
    const body = { ...draft, priority: Number(draft.priority) };
    setBusy(true);
    try {
      if (mount) await api.PATCH("/api/nodes/{node_id}/mounts/{mount_id}", { params: { path: { node_id: nodeId, mount_id: mount.mount_id } }, body });
      else await api.POST("/api/nodes/{node_id}/mounts", { params: { path: { node_id: nodeId } }, body });
      await refresh("/api/nodes");
      toast.done(words.saved);
      onClose();
    } catch (error) {
      const { fields, message } = asApiError(error);
      setProblems(fields.length > 0 ? Object.fromEntries(fields.map(({ field, problem }) => [field in draft ? field : "other", problem])) : { other: message });
      showFirstProblem(form);
    } finally {
      setBusy(false);
    }
  };
  const leave = (): void => (JSON.stringify(draft) === JSON.stringify(draftOf(mount)) ? onClose() : setAsked(true));
  const actions = (
    <>
      <Button onClick={leave}>{common.cancel}</Button>
      <Button type="submit" form={id} look="primary" isBusy={isBusy}>
        {common.save}
      </Button>
    </>
  );
  return (
    <Dialog isOpen onClose={leave} title={mount ? words.change : words.new} actions={actions}>
      <form id={id} onSubmit={(event) => void save(event)} className="flex flex-col gap-4">
        <Field label={words.remoteNode} id={`${id}-node`} problem={problems.remote_node_id} isRequired>
          <Select
            id={`${id}-node`}
            label={words.remoteNode}
            value={draft.remote_node_id}
            placeholder={words.nodeProblem}
            onChange={(remote_node_id) => change({ remote_node_id })}
            options={nodes.map((node) => ({ value: node.node_id, label: visible(node.friendly_name) }))}
          />
        </Field>
        <Field label={words.remotePath} id={`${id}-remote`} problem={problems.remote_base_export_path} isRequired>
          <RemoteFolder id={`${id}-remote`} nodeId={draft.remote_node_id} value={draft.remote_base_export_path} onChange={(remote_base_export_path) => change({ remote_base_export_path })} />
        </Field>
        <Field label={words.localPath} id={`${id}-local`} problem={problems.local_mount_path} isRequired>
          <Input id={`${id}-local`} value={draft.local_mount_path} spellCheck={false} autoComplete="off" className="font-mono text-13" onChange={(event) => change({ local_mount_path: event.target.value })} />
        </Field>
        <div className="grid grid-cols-2 gap-4">
          <Field label={words.type} id={`${id}-type`} problem={problems.mount_type}>
            <Select id={`${id}-type`} label={words.type} value={draft.mount_type} onChange={(mount_type) => change({ mount_type })} options={types.map((value) => ({ value, label: words.types[value] ?? value }))} />
          </Field>
          <Field label={words.priority} id={`${id}-priority`} help={words.priorityHelp} problem={problems.priority}>
            <Input id={`${id}-priority`} inputMode="numeric" value={draft.priority} className="tabular" onChange={(event) => change({ priority: event.target.value })} />
          </Field>
        </div>
        {problems.other && (
          <p role="alert" className="text-13 text-error">
            {problems.other}
          </p>
        )}
      </form>
      {isAsked && <Question title={words.discard} more={words.discardMore} no={common.cancel} yes={words.discardVerb} onNo={() => setAsked(false)} onYes={onClose} />}
    </Dialog>
  );
}

function RemoteFolder({ id, nodeId, value, onChange }: { id: string; nodeId: string; value: string; onChange: (value: string) => void }): ReactNode {
  const prefix = useSettled(value, 200);
  const { data } = useApi("/api/nodes/{node_id}/folders", { params: { path: { node_id: nodeId }, query: { prefix } } }, { enabled: nodeId !== "", keepsPrevious: true });
  const completions = (data?.items ?? []).map(({ path, file_count }) => ({ value: path, note: plural(file_count, "file") }));
  return <Combobox id={id} value={value} onChange={onChange} completions={completions.filter((one) => one.value !== value)} isMono />;
}
