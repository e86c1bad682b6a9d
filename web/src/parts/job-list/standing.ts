/** How a job stands: whether it goes on, how far it is, and what that looks like. Pure. */
import type { Job } from "@/api/schemas";
import { counted, share, size } from "@/lib/sizes";
import { jobs as text } from "@/lib/text/jobs";
import { duration } from "@/lib/times";
import type { Tone } from "@/parts/things";

export const goingStates: readonly Job["state"][] = ["queued", "planning", "running", "waiting", "awaiting_confirmation", "cancelling"];

const tones: Record<Job["state"], Tone> = {
  queued: "neutral",
  planning: "info",
  running: "info",
  waiting: "warn",
  awaiting_confirmation: "warn",
  cancelling: "neutral",
  cancelled: "neutral",
  done: "ok",
  done_with_errors: "warn",
  failed: "error",
};

export function toneOfJob({ state }: Job): Tone {
  return tones[state];
}

export function isGoing({ state }: Job): boolean {
  return goingStates.includes(state);
}

/** By its own name; one of a kind that this page does not know shows the kind. */
export function titleOf({ kind }: Job): string {
  return (text.kinds as Record<string, string>)[kind] ?? kind;
}

export interface Progress {
  done: number;
  planned: number;
  /** In words: "12 of 40, 3.2 MiB of 10 MiB, 1.1 MiB/s, about 2 min left". */
  words: string;
}

export function progressOf({ counts, bytes, rate_bps, eta_s }: Job): Progress | null {
  const things = { planned: counts?.planned ?? 0, done: (counts?.done ?? 0) + (counts?.skipped ?? 0) + (counts?.failed ?? 0) };
  const moved = { planned: bytes?.planned ?? 0, done: bytes?.done ?? 0 };
  if (things.planned === 0 && moved.planned === 0) return null;
  const parts = [
    things.planned > 0 && text.of(counted(things.done), counted(things.planned)),
    moved.planned > 0 && text.of(size(moved.done), size(moved.planned)),
    Boolean(rate_bps) && text.rate(size(Math.round(rate_bps ?? 0))),
    Boolean(eta_s) && text.left(duration(eta_s ?? 0)),
  ];
  const { done, planned } = share(moved.done, moved.planned) > 0 ? moved : things.planned > 0 ? things : moved;
  return { done, planned, words: parts.filter(Boolean).join(" · ") };
}
