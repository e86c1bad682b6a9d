/** Settings while they are edited: every value a text, an empty one the default. What a save sends is what differs. Pure. */
import type { Schema } from "@/api/schemas";
import { general as text } from "@/lib/text/settings-general";

export type Settings = Schema<"ShownSettings">;
export type SettingsPatch = Schema<"SettingsPatch">;
export type FieldName = keyof typeof text.names;

const gib = 2 ** 30;
const dayMost = 36_500;

export type Kind = "name" | "days" | "gib" | "switch" | "time" | "level";

export const kinds: Record<FieldName, Kind> = {
  instance_name: "name",
  deleted_files_retention_days: "days",
  utilization_retention_days: "days",
  cache_max_bytes: "gib",
  cache_min_free_bytes: "gib",
  nightly_crawl: "switch",
  nightly_crawl_at: "time",
  log_level: "level",
};

/** What holds where nobody has set anything, as a field shows it. */
export const defaults: Record<FieldName, string> = {
  instance_name: "MosaicFS",
  deleted_files_retention_days: "90",
  utilization_retention_days: "90",
  cache_max_bytes: "10",
  cache_min_free_bytes: "1",
  nightly_crawl: "on",
  nightly_crawl_at: "03:00",
  log_level: "info",
};

export const fieldNames = Object.keys(kinds) as readonly FieldName[];

export interface Draft {
  fields: Readonly<Record<FieldName, string>>;
  /** Seconds by node id; empty: the default. */
  notices: Readonly<Record<string, string>>;
  /** Seconds by name of a backend; empty: the default. */
  polls: Readonly<Record<string, string>>;
}

export interface Polled {
  name: string;
  poll_interval_s?: number | null;
}

export function draftOf(settings: Settings, backends: readonly Polled[]): Draft {
  return {
    fields: Object.fromEntries(fieldNames.map((name) => [name, shownOf(name, settings[name])])) as Record<FieldName, string>,
    notices: texts(Object.entries(settings.offline_notice_s)),
    polls: texts(backends.map(({ name, poll_interval_s }) => [name, poll_interval_s ?? ""])),
  };
}

function texts(entries: readonly (readonly [string, number | string])[]): Record<string, string> {
  return Object.fromEntries(entries.map(([name, value]) => [name, String(value)]));
}

function shownOf(name: FieldName, value: string | number | boolean | null | undefined): string {
  if (value === null || value === undefined) return "";
  const shown = typeof value === "boolean" ? (value ? "on" : "off") : kinds[name] === "gib" ? String(Number((Number(value) / gib).toFixed(3))) : String(value);
  const isAlways = ["name", "days"].includes(kinds[name]);
  return isAlways && shown === defaults[name] ? "" : shown;
}

export type Problems = Readonly<Record<string, string>>;

/** By field, and by `poll:<backend>`. */
export function problemsOf({ fields, polls }: Draft): Problems {
  const found: Record<string, string> = {};
  for (const name of fieldNames) {
    const problem = problemOf(kinds[name], fields[name].trim());
    if (problem) found[name] = problem;
  }
  for (const [name, value] of Object.entries(polls)) if (value.trim() && !isCount(value, 10)) found[`poll:${name}`] = isCount(value) ? text.tooQuick : text.noWhole;
  return found;
}

function problemOf(kind: Kind, value: string): string | null {
  if (!value) return null;
  if (kind === "days") return isCount(value) ? (Number(value) > dayMost ? text.tooMany : null) : text.noWhole;
  if (kind === "gib") return Number.isFinite(Number(value)) && Number(value) >= 0 ? null : text.noSize;
  return kind === "name" && value.length > 100 ? text.tooLong : null;
}

function isCount(value: string, least = 0): boolean {
  return /^\d+$/.test(value.trim()) && Number(value) >= least;
}

export interface Changed {
  settings: SettingsPatch;
  polls: Record<string, number | null>;
  count: number;
}

export function changedOf(draft: Draft, saved: Draft): Changed {
  const settings: Record<string, unknown> = {};
  for (const name of fieldNames) if (draft.fields[name].trim() !== saved.fields[name]) settings[name] = valueOf(kinds[name], draft.fields[name].trim());
  const notices = numbers(draft.notices, saved.notices);
  const polls = numbers(draft.polls, saved.polls);
  const count = Object.keys(settings).length + Object.keys(notices).length + Object.keys(polls).length;
  if (Object.keys(notices).length > 0) settings.offline_notice_s = notices;
  return { settings: settings as SettingsPatch, polls, count };
}

function numbers(now: Readonly<Record<string, string>>, before: Readonly<Record<string, string>>): Record<string, number | null> {
  const changed = Object.keys(now).filter((name) => (now[name] ?? "").trim() !== (before[name] ?? ""));
  return Object.fromEntries(changed.map((name) => [name, (now[name] ?? "").trim() === "" ? null : Number(now[name])]));
}

function valueOf(kind: Kind, value: string): string | number | boolean | null {
  if (value === "") return null;
  if (kind === "days") return Number(value);
  if (kind === "gib") return Math.round(Number(value) * gib);
  return kind === "switch" ? value === "on" : value;
}
