import { type FormEvent, type ReactNode, useState } from "react";
import { api } from "@/api/client";
import { type ApiError, asApiError } from "@/api/errors";
import { refresh } from "@/api/queries";
import { useNodes } from "@/lib/documents";
import { useIsOnline } from "@/lib/live/connection";
import { common } from "@/lib/text/everywhere";
import { settings as words } from "@/lib/text/settings";
import { general as text } from "@/lib/text/settings-general";
import { Panel } from "@/parts/page";
import { Button } from "@/parts/ui/button";
import { toast } from "@/parts/ui/toast";
import { BothVersions, type Difference } from "../BothVersions";
import { Leaving } from "../leaving";
import { type Changed, changedOf, type Draft, draftOf, type FieldName, fieldNames, type Polled, problemsOf, type Settings } from "./draft";
import { SettingField } from "./SettingField";
import { Notices, Polls } from "./rows";

export interface GeneralFormProps {
  settings: Settings;
  etag: string;
  sources: readonly Polled[];
}

/** What was there when the first change was made, and what has become of it. */
interface Edit {
  base: Draft;
  draft: Draft;
  /** `null`: what is shown now, for a part of it has been saved already. */
  etag: string | null;
}

const groups: readonly [string, readonly FieldName[]][] = [
  [text.instance, ["instance_name", "log_level"]],
  [text.keeping, ["deleted_files_retention_days", "utilization_retention_days"]],
  [text.cache, ["cache_max_bytes", "cache_min_free_bytes"]],
  [text.nightly, ["nightly_crawl", "nightly_crawl_at"]],
];

export function GeneralForm({ settings, etag, sources }: GeneralFormProps): ReactNode {
  const [edit, setEdit] = useState<Edit | null>(null);
  const [refusal, setRefusal] = useState<ApiError | null>(null);
  const [theirs, setTheirs] = useState<Settings | null>(null);
  const [isBusy, setBusy] = useState(false);
  const isOnline = useIsOnline();
  const nodes = useNodes();
  const present = draftOf(settings, sources);
  const draft = edit?.draft ?? present;
  const changed = edit ? changedOf(edit.draft, edit.base) : null;
  const isChanged = (changed?.count ?? 0) > 0;
  const problems = problemsOf(draft);
  const change = (next: Partial<Draft>): void => {
    setRefusal(null);
    setEdit({ base: edit?.base ?? present, etag: edit ? edit.etag : etag, draft: { ...draft, ...next } });
  };
  const save = async (isOnTop = false): Promise<void> => {
    if (!edit || !changed || Object.keys(problems).length > 0) return;
    setBusy(true);
    setRefusal(null);
    try {
      if (Object.keys(changed.settings).length > 0) {
        await api.PATCH("/api/system/settings", { body: changed.settings, ...(isOnTop ? {} : { headers: { "If-Match": edit.etag ?? etag } }) });
        setEdit({ base: { ...edit.draft, polls: edit.base.polls }, draft: edit.draft, etag: null });
        await refresh("/api/system");
      }
      await storedPolls(changed);
      toast.done(text.savedSome(changed.count));
      setEdit(null);
    } catch (error) {
      const known = asApiError(error);
      if (known.status === 412 && known.detail.current) setTheirs(known.detail.current as unknown as Settings);
      else setRefusal(known);
    } finally {
      setBusy(false);
    }
  };
  return (
    <form
      noValidate
      className="flex flex-col gap-6"
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        void save();
      }}
    >
      {groups.map(([title, names]) => (
        <Panel key={title} title={title}>
          <div className="grid gap-x-8 gap-y-4 md:grid-cols-2">
            {names.map((name) => (
              <SettingField key={name} name={name} value={draft.fields[name]} problem={problems[name]} onChange={(value) => change({ fields: { ...draft.fields, [name]: value } })} />
            ))}
          </div>
        </Panel>
      ))}
      <Notices values={draft.notices} onChange={(notices) => change({ notices })} />
      {sources.length > 0 && <Polls sources={sources} values={draft.polls} problems={problems} onChange={(polls) => change({ polls })} />}
      {(isChanged || refusal) && (
        <div className="rise sticky bottom-4 z-20 flex flex-wrap items-center justify-end gap-2 rounded-panel border bg-panel p-3 shadow-float">
          {refusal && (
            <p role="alert" className="mr-auto min-w-0 text-13 text-error">
              {edit?.etag === null && `${text.partly}. `}
              {refusal.message}
            </p>
          )}
          <Button onClick={() => (setEdit(null), setRefusal(null))}>{common.cancel}</Button>
          <Button type="submit" look="primary" isBusy={isBusy} disabled={!isOnline || Object.keys(problems).length > 0} title={isOnline ? undefined : common.offlineReason}>
            {common.save}
          </Button>
        </div>
      )}
      <Leaving isChanged={isChanged} />
      {theirs && edit && (
        <BothVersions
          rows={differences(draftOf(theirs, sources), edit, nodes)}
          onTheirs={() => {
            setTheirs(null);
            setEdit(null);
            void refresh("/api/system/settings");
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

/** What was changed here, and what stands there now. */
function differences(theirs: Draft, { base, draft }: Edit, nodes: ReturnType<typeof useNodes>): Difference[] {
  const values = [
    ...fieldNames.map((name) => [text.names[name], base.fields[name], draft.fields[name], theirs.fields[name]] as const),
    ...nodes.map(({ node_id: id, friendly_name }) => [`${text.notices}: ${friendly_name}`, ...[base, draft, theirs].map(({ notices }) => notices[id] ?? "")] as const),
  ];
  return values
    .filter(([, before, mine]) => before !== mine)
    .map(([field, , mine, other]) => ({ field, theirs: other || words.byDefault, mine: mine || words.byDefault }));
}

async function storedPolls({ polls }: Changed): Promise<void> {
  try {
    for (const [name, poll_interval_s] of Object.entries(polls)) await api.PATCH("/api/storage-backends/{name}", { params: { path: { name } }, body: { poll_interval_s } });
  } finally {
    await refresh("/api/storage-backends");
  }
}
