/** The settings of one plugin, as it declares them. A secret goes in and never comes back. */
import { type FormEvent, type ReactNode, useMemo, useRef, useState } from "react";
import { useQuery } from "@tanstack/react-query";
import { api, tagged } from "@/api/client";
import { type ApiError, asApiError } from "@/api/errors";
import { refresh } from "@/api/queries";
import type { Schema } from "@/api/schemas";
import { showFirstProblem } from "@/lib/first-problem";
import { useIsOnline } from "@/lib/live/connection";
import { common } from "@/lib/text/everywhere";
import { plugins as text } from "@/lib/text/settings-plugins";
import { visible } from "@/lib/visible";
import { changedOf, draftOf, isChanged, type Option, type OptionProblems, type OptionsDraft, optionsOf, problemsOf, refusedOptions, SchemaForm } from "@/parts/schema-form";
import { Button } from "@/parts/ui/button";
import { toast } from "@/parts/ui/toast";
import { BothVersions } from "../BothVersions";
import { differencesOf } from "../option-differences";
import { Leaving } from "../leaving";

type Plugin = Schema<"ShownPlugin">;

const path = "/api/nodes/{node_id}/plugins/{plugin_name}";

export function PluginForm({ plugin, onClose }: { plugin: Plugin; onClose: () => void }): ReactNode {
  const { node_id, plugin_name } = plugin;
  const place = useMemo(() => ({ path: { node_id, plugin_name } }), [node_id, plugin_name]);
  const read = useQuery<{ etag: string }, ApiError>({ queryKey: [path.replace("{node_id}", node_id), plugin_name, "tagged"], queryFn: () => tagged(path, { params: place }) });
  const options = useMemo(() => inOrder(optionsOf(plugin.settings_schema)), [plugin.settings_schema]);
  const [edit, setEdit] = useState<{ base: OptionsDraft; draft: OptionsDraft; etag: string } | null>(null);
  const [refused, setRefused] = useState<OptionProblems>({});
  const [refusal, setRefusal] = useState<ApiError | null>(null);
  const [isTried, setTried] = useState(false);
  const [theirs, setTheirs] = useState<Plugin | null>(null);
  const [isBusy, setBusy] = useState(false);
  const isOnline = useIsOnline();
  const form = useRef<HTMLFormElement>(null);
  const present = draftOf(options, plugin.settings);
  const draft = edit?.draft ?? present;
  const problems = { ...(isTried ? problemsOf(options, draft) : {}), ...refused };
  const changed = changedOf(options, draft, edit?.base ?? present);
  const change = (next: OptionsDraft): void => {
    setRefused({});
    setRefusal(null);
    setEdit({ base: edit?.base ?? present, etag: edit?.etag ?? read.data?.etag ?? "", draft: next });
  };
  const save = async (isOnTop = false): Promise<void> => {
    setTried(true);
    setRefusal(null);
    if (Object.keys(problemsOf(options, draft)).length > 0) return showFirstProblem(form.current);
    setBusy(true);
    try {
      await api.PATCH(path, { params: place, body: changed, ...(edit?.etag && !isOnTop ? { headers: { "If-Match": edit.etag } } : {}) });
      await Promise.all([refresh("/api/plugins"), refresh("/api/nodes")]);
      toast.done(text.saved(visible(plugin.name)));
      setEdit(null);
    } catch (error) {
      const known = asApiError(error);
      const fields = refusedOptions(options, known.fields);
      if (known.status === 412 && known.detail.current) setTheirs(known.detail.current as unknown as Plugin);
      else if (Object.keys(fields).length > 0) setRefused(fields);
      else setRefusal(known);
      showFirstProblem(form.current);
    } finally {
      setBusy(false);
    }
  };
  const cancel = (): void => {
    setEdit(null);
    setRefused({});
    setRefusal(null);
    if (!edit) onClose();
  };
  return (
    <form
      ref={form}
      noValidate
      className="flex flex-col gap-4 border-t p-4"
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        void save();
      }}
    >
      <div className="grid max-w-200 gap-x-8 gap-y-4 md:grid-cols-2">
        <SchemaForm options={options} draft={draft} problems={problems} onChange={change} />
      </div>
      {refusal && (
        <p role="alert" className="text-13 text-error">
          {refusal.message}
        </p>
      )}
      <div className="flex gap-2">
        <Button type="submit" look="primary" isBusy={isBusy} disabled={!isOnline || !isChanged(changed)} title={isOnline ? undefined : common.offlineReason}>
          {common.save}
        </Button>
        <Button onClick={cancel}>{edit ? common.cancel : common.close}</Button>
      </div>
      <Leaving isChanged={isChanged(changed)} />
      {theirs && (
        <BothVersions
          rows={differencesOf(options, draftOf(options, theirs.settings), draft, edit?.base ?? present)}
          onTheirs={() => {
            setTheirs(null);
            setEdit(null);
            void refresh("/api/");
          }}
          onMine={() => {
            setTheirs(null);
            void save(true);
          }}
        />
      )}
    </form>
  );
}

/** What must be given stands first. */
function inOrder(options: readonly Option[]): readonly Option[] {
  return [...options.filter(({ isRequired }) => isRequired), ...options.filter(({ isRequired }) => !isRequired)];
}
