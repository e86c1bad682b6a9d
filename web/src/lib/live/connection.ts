/** Whether what the page shows is the present: made of the event stream and the pull. */
import { signal, useSignal } from "@/lib/signal";
import type { PullState } from "@/lib/documents/pull";

export type Stream = "starting" | "open" | "caught-up" | "lost";
export type Standing = "live" | "catching-up" | "offline";

export interface Connection {
  standing: Standing;
  /** ms; when the server was last heard, while it is not. */
  since: number | null;
}

export interface Facts {
  stream: Stream;
  pull: PullState | "none";
}

export const connection = signal<Connection>({ standing: "catching-up", since: null });
export const replica = signal<{ state: PullState | "none"; isKept: boolean }>({ state: "none", isKept: false });

let facts: Facts = { stream: "starting", pull: "starting" };

export function standingOf({ stream, pull }: Facts): Standing {
  if (stream === "lost") return "offline";
  if (stream !== "caught-up") return "catching-up";
  return pull === "live" || pull === "none" ? "live" : "catching-up";
}

export function report(change: Partial<Facts>, now = Date.now()): void {
  facts = { ...facts, ...change };
  const standing = standingOf(facts);
  const present = connection.get();
  if (present.standing === standing) return;
  connection.set({ standing, since: standing === "offline" ? now : null });
}

/** Runs each time that the server is heard again. */
export function whenBack(run: () => void): () => void {
  let before = connection.get().standing;
  return connection.subscribe(() => {
    const { standing } = connection.get();
    const isBack = standing === "live" && before !== "live";
    before = standing;
    if (isBack) run();
  });
}

export function useConnection(): Connection {
  return useSignal(connection);
}

/** Whether actions that need the server make sense now. */
export function useIsOnline(): boolean {
  return useConnection().standing !== "offline";
}
