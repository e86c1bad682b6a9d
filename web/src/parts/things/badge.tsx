/** Small words with a meaning; the colour only repeats the word. */
import type { ReactNode } from "react";
import { classes } from "@/lib/classes";

export type Tone = "neutral" | "ok" | "warn" | "error" | "info" | "accent";

const tones: Record<Tone, string> = {
  neutral: "bg-raised text-muted",
  ok: "bg-ok-soft text-ok",
  warn: "bg-warn-soft text-warn",
  error: "bg-error-soft text-error",
  info: "bg-info-soft text-info",
  accent: "bg-accent-soft text-accent",
};

const dots: Record<Tone, string> = {
  neutral: "bg-edge",
  ok: "bg-ok",
  warn: "bg-warn",
  error: "bg-error",
  info: "bg-info",
  accent: "bg-accent",
};

export function Badge({ tone = "neutral", icon, children }: { tone?: Tone; icon?: ReactNode; children: ReactNode }): ReactNode {
  return (
    <span className={classes("inline-flex h-5 items-center gap-1 rounded-full px-2 text-12 font-medium whitespace-nowrap", tones[tone])}>
      {icon}
      {children}
    </span>
  );
}

/** A dot of a status; a word always stands beside it or in its name. */
export function Dot({ tone, className }: { tone: Tone; className?: string }): ReactNode {
  return <span aria-hidden="true" className={classes("inline-block size-2 shrink-0 rounded-full", dots[tone], className)} />;
}

export type NodeStatus = "online" | "degraded" | "offline" | "disabled";

export const toneOfStatus: Record<NodeStatus, Tone> = { online: "ok", degraded: "warn", offline: "error", disabled: "neutral" };
