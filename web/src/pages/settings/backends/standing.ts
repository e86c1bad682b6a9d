/** How a backend fares: what its node told last, from the pulled status where that is newer at hand. */
import { useDocument } from "@/lib/documents";
import { backends as text } from "@/lib/text/settings-backends";
import { visible, visibleText } from "@/lib/visible";
import type { Tone } from "@/parts/things";
import type { Backend } from "./draft";

export interface Live {
  state: string;
  message: string;
  files: number | null;
  lastPoll: string | null;
  quota: { used: number; of: number | null } | null;
}

export function useLive({ hosting_node_id, name, live }: Backend): Live | null {
  const status = useDocument("agent_status", `status::${hosting_node_id ?? ""}`);
  const items = status?.subsystems.storage_backends?.items;
  const told = Array.isArray(items) ? (items as Record<string, unknown>[]).find((item) => item.name === name) : undefined;
  return liveOf(told ?? live);
}

export function liveOf(told: Record<string, unknown> | null | undefined): Live | null {
  if (!told || typeof told.state !== "string") return null;
  const quota = typeof told.quota === "object" && told.quota !== null ? (told.quota as Record<string, unknown>) : {};
  return {
    state: told.state,
    message: typeof told.message === "string" ? told.message : "",
    files: typeof told.files === "number" ? told.files : null,
    lastPoll: typeof told.last_poll === "string" ? told.last_poll : null,
    quota: typeof quota.used_bytes === "number" ? { used: quota.used_bytes, of: typeof quota.quota_bytes === "number" ? quota.quota_bytes : null } : null,
  };
}

const tones: Record<string, Tone> = { ok: "ok", polling: "info", waiting: "neutral", throttled: "warn", unreachable: "error", needs_owner: "error", disabled: "neutral", mock: "info" };

export function standingOf({ enabled }: Backend, live: Live | null): [Tone, string] {
  if (!enabled) return ["neutral", text.states.disabled];
  if (!live) return ["neutral", text.states.unknown];
  const word = (text.states as Record<string, string>)[live.state] ?? visible(live.state);
  return [tones[live.state] ?? "warn", live.message ? `${word}: ${visibleText(live.message)}` : word];
}
