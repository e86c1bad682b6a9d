/** A storage backend while it is written: what is wrong with it, and what reaches the server. Pure. */
import type { Schema } from "@/api/schemas";
import { backends as text } from "@/lib/text/settings-backends";
import { type ChangedOptions, draftOf as optionsDraftOf, type Option, type OptionsDraft } from "@/parts/schema-form";
import type { Difference } from "../BothVersions";
import { differencesOf as optionDifferencesOf } from "../option-differences";

export type Backend = Schema<"ShownBackend">;

/** A type of backend that a node serves, by whichever of its plugins. */
export interface Offer {
  backend: string;
  title: string;
  modes: readonly Backend["mode"][];
  schema: unknown;
}

export interface BackendDraft {
  name: string;
  mode: Backend["mode"];
  poll: string;
  schedule: string;
  options: OptionsDraft;
}

export type BackendProblems = Partial<Record<"name" | "poll" | "schedule", string>>;

/** The crawler of a node's own folders is no backend that one adds. */
const ownFolders = "disk";

export function offersOf(plugins: readonly Schema<"AvailablePlugin">[]): Offer[] {
  return plugins.flatMap(({ backends, title, name, settings_schema }) =>
    (backends ?? [])
      .filter(({ backend }) => backend !== ownFolders)
      .map(({ backend, modes }) => ({ backend, title: title || name, modes: modes?.length ? modes : (["source"] as const), schema: settings_schema })),
  );
}

export function draftOf(backend: Backend | null, options: readonly Option[], mode: Backend["mode"] = "source"): BackendDraft {
  return {
    name: backend?.name ?? "",
    mode: backend?.mode ?? mode,
    poll: String(backend?.poll_interval_s ?? ""),
    schedule: backend?.schedule ?? "",
    options: optionsDraftOf(options, backend ? { ...backend.backend_config, ...backend.secrets } : {}),
  };
}

export function problemsOf({ name, poll, schedule }: BackendDraft): BackendProblems {
  return {
    ...(name.trim() ? {} : { name: text.nameProblem }),
    ...(poll.trim() && !(/^\d+$/.test(poll.trim()) && Number(poll) >= 10) ? { poll: text.pollProblem } : {}),
    ...(schedule.trim() && !isSchedule(schedule.trim()) ? { schedule: text.scheduleHelp } : {}),
  };
}

function isSchedule(given: string): boolean {
  const clock = "([01]\\d|2[0-3]):[0-5]\\d";
  return new RegExp(`^${clock}-${clock}(, ?${clock}-${clock})*$`).test(given);
}

/** Of a backend that is there: only what differs; of a new one everything that was given. */
export function patchOf(draft: BackendDraft, saved: BackendDraft, { settings, secrets }: ChangedOptions): Schema<"BackendPatch"> {
  return {
    ...(draft.mode !== saved.mode && { mode: draft.mode }),
    ...(draft.poll.trim() !== saved.poll && { poll_interval_s: draft.poll.trim() ? Number(draft.poll) : null }),
    ...(draft.schedule.trim() !== saved.schedule && { schedule: draft.schedule.trim() || null }),
    ...(Object.keys(settings).length > 0 && { backend_config: settings }),
    ...(Object.keys(secrets).length > 0 && { secrets }),
  };
}

export function newOf(draft: BackendDraft, backend: string, nodeId: string, { settings, secrets }: ChangedOptions, enabled: boolean): Schema<"NewBackend"> {
  const given = <T>(all: Record<string, T | null>): Record<string, T> => Object.fromEntries(Object.entries(all).filter((entry): entry is [string, T] => entry[1] !== null));
  return {
    name: draft.name.trim(),
    backend,
    mode: draft.mode,
    enabled,
    hosting_node_id: nodeId,
    backend_config: given(settings),
    secrets: given(secrets),
    ...(draft.poll.trim() && { poll_interval_s: Number(draft.poll) }),
    ...(draft.schedule.trim() && { schedule: draft.schedule.trim() }),
  };
}

/** What was changed here, beside what somebody else made of it. */
export function differencesOf(options: readonly Option[], theirs: BackendDraft, mine: BackendDraft, base: BackendDraft): Difference[] {
  const shown: readonly [string, (draft: BackendDraft) => string][] = [
    [text.mode, ({ mode }) => text.modes[mode]],
    [text.poll, ({ poll }) => poll.trim() || text.pollDefault],
    [text.schedule, ({ schedule }) => schedule.trim() || text.always],
  ];
  const changed = shown.filter(([, of]) => of(mine) !== of(base)).map(([field, of]) => ({ field, theirs: of(theirs), mine: of(mine) }));
  return [...changed, ...optionDifferencesOf(options, theirs.options, mine.options, base.options)];
}
