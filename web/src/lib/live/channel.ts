/** What tabs of one browser tell each other: one leads the connections, the others follow it. */
import type { ApiEvent } from "@/api/schemas";
import type { Change } from "@/lib/documents/types";
import type { PullState } from "@/lib/documents/pull";
import type { Connection } from "./connection";

export type Message =
  | { kind: "ask" }
  | { kind: "all"; documents: readonly Change[]; last: number }
  | { kind: "documents"; changes: readonly Change[] }
  | { kind: "events"; batch: readonly ApiEvent[]; last: number }
  | { kind: "reset" }
  | { kind: "state"; connection: Connection; replica: { state: PullState | "none"; isKept: boolean } };

export interface Channel {
  post: (message: Message) => void;
  close: () => void;
}

/** Messages of the other tabs; a browser without channels has one tab each. */
export function channel(name: string, take: (message: Message) => void): Channel {
  if (typeof BroadcastChannel === "undefined") return { post: () => undefined, close: () => undefined };
  const wire = new BroadcastChannel(name);
  wire.onmessage = ({ data }: MessageEvent<Message>) => take(data);
  return { post: (message) => wire.postMessage(message), close: () => wire.close() };
}

/** Runs `lead` when this tab is the leader, once; where there are no locks every tab leads itself. */
export function whenLeader(name: string, lead: () => void, over: AbortSignal): void {
  if (typeof navigator === "undefined" || !("locks" in navigator)) {
    lead();
    return;
  }
  const held = (): Promise<void> =>
    new Promise((resolve) => {
      over.addEventListener("abort", () => resolve(), { once: true });
      lead();
    });
  navigator.locks.request(name, { signal: over }, held).catch(() => undefined);
}
