/** How each part of an agent fares, in a tone and a sentence. Pure. */
import { counted, plural, size } from "@/lib/sizes";
import type { Tone } from "@/parts/things";
import type { Status } from "./reading";

export interface Told {
  part: string;
  name: string;
  tone: Tone;
  sentence: string;
  since: string | undefined;
}

type Part = Status["subsystems"][string];

const names: Record<string, string> = {
  crawler: "Crawler",
  watcher: "Watcher",
  store: "Store",
  replication: "Replication",
  cache: "Cache",
  transfer: "Transfer server",
  vfs_mount: "Mount",
  plugins: "Plugins",
  pins: "Kept offline",
  storage_backends: "Storage backends",
};
const order = Object.keys(names);
const tones: Record<string, Tone> = { healthy: "ok", degraded: "warn", unhealthy: "error", disabled: "neutral" };

export function partsOf(status: Pick<Status, "subsystems">): readonly Told[] {
  return Object.entries(status.subsystems)
    .map(([part, told]) => ({
      part,
      name: names[part] ?? part,
      tone: part === "plugins" ? toneOfPlugins(told) : (tones[told.status] ?? "neutral"),
      sentence: sentenceOf(part, told),
      since: told.since,
    }))
    .sort((one, other) => placeOf(one.part) - placeOf(other.part));
}

function placeOf(part: string): number {
  const at = order.indexOf(part);
  return at < 0 ? order.length : at;
}

export interface PluginItem {
  name: string;
  title?: string;
  standing?: string;
  reason?: string;
  pending?: number;
  in_flight?: number;
  failed?: number;
  last_activity?: string;
}

export function itemsOf<T>(part: Part | undefined): readonly T[] {
  const { items } = (part ?? {}) as { items?: unknown };
  return Array.isArray(items) ? (items as T[]) : [];
}

/** Red: attempts were used up. Amber: one is away or fails. Green: all well. */
function toneOfPlugins(part: Part): Tone {
  const items = itemsOf<PluginItem>(part);
  if (items.some(({ failed = 0, standing }) => failed > 0 || standing === "paused")) return "error";
  if (items.some(({ standing = "" }) => ["disconnected", "failing", "refused", "restart_needed"].includes(standing))) return "warn";
  return tones[part.status] ?? "neutral";
}

function sentenceOf(part: string, told: Part): string {
  if (told.message) return told.message;
  if (told.status === "disabled") return "Off";
  return (sentences[part] ?? plainly)(told);
}

const plainly = ({ status }: Part): string => status.charAt(0).toUpperCase() + status.slice(1);

const sentences: Record<string, (part: Part) => string> = {
  crawler: (part) => {
    const phase = text(part, "phase");
    if (phase && phase !== "idle") return `${phase === "deleting" ? "Settling what is gone" : "Walking"} in ${text(part, "watch_path")}: ${plural(number(part, "seen"), "file")} seen`;
    const left = [counts(part, "unreadable", "unreadable"), counts(part, "skipped_names", "with a name that cannot be indexed"), counts(part, "held", "held back")].filter(Boolean);
    return `Idle; ${plural(number(part, "seen"), "file")} seen the last time${left.length > 0 ? `, ${left.join(", ")}` : ""}`;
  },
  watcher: (part) => {
    const driver = text(part, "driver");
    if (!driver || driver === "none") return "No folder is watched yet";
    const poll = number(part, "unwatched_count");
    return `Watches ${plural(number(part, "watches"), "directory", "directories")} by ${driver}${poll > 0 ? `; ${plural(poll, "directory", "directories")} are looked at now and then` : ""}`;
  },
  store: (part) => `${plural(number(part, "documents"), "document")}, ${size(number(part, "bytes"))}`,
  replication: (part) => {
    const waiting = number(part, "pending_push") + number(part, "pending_pull");
    return waiting > 0 ? `${plural(waiting, "change")} on the way` : "Nothing waits";
  },
  cache: (part) => {
    const most = number(part, "max_bytes");
    const pinned = number(part, "pinned_bytes");
    return `${size(number(part, "bytes"))}${most > 0 ? ` of ${size(most)}` : ""}${pinned > 0 ? `, ${size(pinned)} kept offline` : ""}`;
  },
  transfer: (part) => {
    const endpoint = text(part, "endpoint");
    const active = number(part, "active");
    return `${active > 0 ? `${plural(active, "transfer")} under way` : "Ready"}${endpoint ? ` at ${endpoint}` : ""}`;
  },
  vfs_mount: (part) => {
    const path = text(part, "path");
    const open = number(part, "open_files");
    return `${path ? `Mounted at ${path}` : "Mounted"}${open > 0 ? `, ${plural(open, "open file")}` : ""}`;
  },
  plugins: (part) => {
    const items = itemsOf<PluginItem>(part);
    const failed = items.reduce((sum, item) => sum + (item.failed ?? 0), 0);
    const waiting = items.reduce((sum, item) => sum + (item.pending ?? 0), 0);
    const ready = items.filter(({ standing }) => standing === "ready").length;
    const away = items.filter(({ standing = "" }) => !["ready", "disabled", ""].includes(standing)).map(({ name, standing }) => `${name} is ${(standing ?? "").replace("_", " ")}`);
    return [`${counted(ready)} ready`, ...away, ...(waiting > 0 ? [`${plural(waiting, "job")} waiting`] : []), ...(failed > 0 ? [`${plural(failed, "job")} failed for good`] : [])].join("; ");
  },
  storage_backends: (part) => plural(itemsOf(part).length, "backend"),
};

function number(part: Part, name: string): number {
  const value = part[name as keyof Part];
  return typeof value === "number" ? value : 0;
}

function text(part: Part, name: string): string {
  const value = part[name as keyof Part];
  return typeof value === "string" ? value : "";
}

function counts(part: Part, name: string, words: string): string {
  const value = number(part, name);
  return value > 0 ? `${counted(value)} ${words}` : "";
}

/** Folders as the agent sees them: `path`, where it was set, and how it is. */
export interface WatchedFolder {
  path: string;
  state?: string;
  origin?: string;
  /** Of a refused one it follows its path in a sentence, of an absent one it is the sentence. */
  cause?: string;
  /** A folder is there that looks like another one. */
  other?: boolean;
}

export function watchedOf(status: Pick<Status, "subsystems"> | null | undefined): ReadonlyMap<string, WatchedFolder> {
  const told = (status?.subsystems.crawler as { watch_paths?: unknown } | undefined)?.watch_paths;
  return new Map((Array.isArray(told) ? (told as WatchedFolder[]) : []).map((one) => [one.path, one]));
}

/** Why a folder is not watched, as a sentence; empty while it is. */
export function whyNot({ state, cause = "" }: Partial<WatchedFolder>): string {
  if (!cause || state === "present") return "";
  return state === "refused" ? `It ${cause}.` : `${cause.charAt(0).toUpperCase()}${cause.slice(1)}.`;
}
