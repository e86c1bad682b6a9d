/** A plugin while it is being set up: what is wrong with it, and what a save sends. Pure. */
import type { Schema } from "@/api/schemas";
import { plugins as text } from "@/lib/text/plugins";
import { changedOf, draftOf as optionsDraftOf, isChanged, type Option, type OptionsDraft } from "@/parts/schema-form";

type Shown = Schema<"ShownPlugin">;
export type Available = Schema<"AvailablePlugin">;
export type PluginType = Shown["plugin_type"];

export interface PluginDraft {
  plugin_name: string;
  plugin_type: PluginType | "";
  name: string;
  enabled: boolean;
  subscribed_events: readonly string[];
  mime_globs: readonly string[];
  workers: string;
  timeout_s: string;
  max_attempts: string;
  config: string;
  options: OptionsDraft;
}

export type PluginProblems = Partial<Record<keyof PluginDraft | "other", string>>;

const words = text.drawer;
const limits = { workers: [1, 32], timeout_s: [1, 86_400], max_attempts: [1, 100] } as const;
type Limit = keyof typeof limits;

export function emptyDraft(): PluginDraft {
  return { plugin_name: "", plugin_type: "", name: "", enabled: true, subscribed_events: [], mime_globs: [], workers: "2", timeout_s: "60", max_attempts: "3", config: "", options: {} };
}

export function draftOf(plugin: Shown, options: readonly Option[]): PluginDraft {
  const hasConfig = Object.keys(plugin.config ?? {}).length > 0;
  return {
    plugin_name: plugin.plugin_name,
    plugin_type: plugin.plugin_type,
    name: plugin.name,
    enabled: plugin.enabled,
    subscribed_events: plugin.subscribed_events ?? [],
    mime_globs: plugin.mime_globs ?? [],
    workers: String(plugin.workers ?? 2),
    timeout_s: String(plugin.timeout_s ?? 60),
    max_attempts: String(plugin.max_attempts ?? 3),
    config: hasConfig ? JSON.stringify(plugin.config, null, 2) : "",
    options: optionsDraftOf(options, plugin.settings),
  };
}

/** What a plugin that the node has found suggests, for a draft that has just named it. */
export function suggested(draft: PluginDraft, found: Available | undefined, options: readonly Option[]): PluginDraft {
  return { ...draft, subscribed_events: found?.events ?? [], mime_globs: found?.mime_globs ?? [], options: optionsDraftOf(options, {}), plugin_type: "" };
}

/** An instance such as `webhook@home` is found as `webhook`. */
export function foundAs(available: readonly Available[], name: string): Available | undefined {
  const bare = name.trim().split("@")[0];
  return available.find((one) => one.name === name.trim()) ?? available.find((one) => one.name === bare);
}

export function isExecutable(type: string, found: Available | undefined): boolean {
  return type === "executable" || (type === "" && found?.kind === "executable");
}

export function problemsOf(draft: PluginDraft, hasLimits: boolean): PluginProblems {
  const problems: PluginProblems = {};
  if (!draft.plugin_name.trim()) problems.plugin_name = words.missing;
  const config = configIn(draft.config);
  if (typeof config === "string") problems.config = config;
  if (!hasLimits) return problems;
  for (const [name, [least, most]] of Object.entries(limits) as [Limit, readonly [number, number]][]) {
    const value = Number(draft[name]);
    if (!/^\d+$/.test(draft[name].trim()) || value < least || value > most) problems[name] = words.whole(least, most);
  }
  return problems;
}

/** The object that was typed, or what is wrong with it. */
export function configIn(typed: string): Record<string, unknown> | string {
  if (!typed.trim()) return {};
  try {
    const found: unknown = JSON.parse(typed);
    if (typeof found === "object" && found !== null && !Array.isArray(found)) return found as Record<string, unknown>;
    return words.configProblem(words.notObject);
  } catch (error) {
    return words.configProblem(error instanceof Error ? error.message : String(error));
  }
}

type Body = Schema<"PluginPatch">;

/** Only what differs from `saved`; options that are not named stay as they are. */
export function patchOf(draft: PluginDraft, saved: PluginDraft, options: readonly Option[], hasLimits: boolean): Body {
  const body: Body = {};
  if (draft.name.trim() && draft.name !== saved.name) body.name = draft.name.trim();
  if (draft.enabled !== saved.enabled) body.enabled = draft.enabled;
  if (!isSame(draft.subscribed_events, saved.subscribed_events)) body.subscribed_events = [...draft.subscribed_events];
  if (!isSame(draft.mime_globs, saved.mime_globs)) body.mime_globs = [...draft.mime_globs];
  if (draft.config !== saved.config) body.config = withTaken(configIn(saved.config), configIn(draft.config));
  if (hasLimits) for (const name of Object.keys(limits) as Limit[]) if (draft[name] !== saved[name]) body[name] = Number(draft[name]);
  const changed = changedOf(options, draft.options, saved.options);
  if (Object.keys(changed.settings).length > 0) body.settings = changed.settings;
  if (Object.keys(changed.secrets).length > 0) body.secrets = changed.secrets;
  return body;
}

/** Members that are no longer there are taken out with null. */
function withTaken(before: Record<string, unknown> | string, after: Record<string, unknown> | string): Record<string, unknown> {
  if (typeof before === "string" || typeof after === "string") return {};
  return { ...Object.fromEntries(Object.keys(before).map((name) => [name, null])), ...after };
}

export function isTouched(draft: PluginDraft, saved: PluginDraft, options: readonly Option[]): boolean {
  const { options: given, ...rest } = draft;
  const { options: kept, ...before } = saved;
  return !isSame(rest, before) || isChanged(changedOf(options, given, kept));
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** What the server said of fields that are not options. */
export function refusedFields(fields: readonly { field: string; problem: string }[]): PluginProblems {
  const known = Object.keys(emptyDraft());
  return Object.fromEntries(
    fields
      .filter(({ field }) => !/^(settings|secrets)\./.test(field))
      .map(({ field, problem }) => {
        const name = field.split(/[.[]/)[0] ?? field;
        return [known.includes(name) ? name : "other", problem];
      }),
  );
}
