/** The stream of changes, read with `fetch` because `EventSource` cannot send a token. */
import { expire } from "@/session/expiry";
import { session } from "@/session/token";
import { frames } from "./frames";
import { gathering } from "./gathering";
import type { ApiEvent } from "./schemas";

export interface Listening {
  /** The number after which to go on; undefined: from now. */
  since?: number | undefined;
  onBatch: (batch: readonly ApiEvent[], last: number) => void;
  /** Everything must be read anew: what happened meanwhile is not known. */
  onReset: () => void;
  onState: (state: "open" | "caught-up" | "lost") => void;
}

const silence = 40_000;
const shortest = 1000;
const longest = 30_000;

/** 1 s, doubled to 30 s, a quarter more or less. */
export function pause(failures: number, random = Math.random()): number {
  return Math.min(longest, shortest * 2 ** Math.max(0, failures - 1)) * (0.75 + random / 2);
}

export function listen({ since, onBatch, onReset, onState }: Listening): () => void {
  const over = new AbortController();
  const gathered = gathering((batch) => onBatch(batch, last ?? 0));
  let last = since;
  let newest = 0;
  let failures = 0;
  let wake: () => void = () => undefined;

  const take = (events: readonly ApiEvent[]): void => {
    for (const event of events) {
      if (event.type === "hello") greeted(Number(event.data.last ?? 0));
      else if (event.type === "reset") startAnew(Number(event.data.last ?? 0));
      else if (event.type === "session.revoked") expire();
      if (event.id > 0) last = event.id;
    }
    gathered.add(events.filter(({ id }) => id > 0));
    if (last !== undefined && last >= newest) onState("caught-up");
  };
  const greeted = (present: number): void => {
    newest = present;
    if (last !== undefined && last > present) startAnew(present);
    last ??= present;
    failures = 0;
    onState("open");
  };
  const startAnew = (present: number): void => {
    last = present;
    onReset();
  };
  const run = async (): Promise<void> => {
    while (!over.signal.aborted) {
      const token = session.get()?.token;
      if (token) await read(token, last, take, over.signal).catch(() => undefined);
      if (over.signal.aborted) return;
      failures += 1;
      onState("lost");
      await new Promise<void>((resolve) => {
        wake = resolve;
        setTimeout(resolve, pause(failures));
      });
    }
  };
  const hurry = (): void => {
    wake();
  };
  const forget = session.subscribe(hurry);
  window.addEventListener("online", hurry, { signal: over.signal });
  void run();
  return () => {
    over.abort();
    forget();
    gathered.stop();
    wake();
  };
}

async function read(
  token: string,
  since: number | undefined,
  take: (events: readonly ApiEvent[]) => void,
  stop: AbortSignal,
): Promise<void> {
  const quiet = new AbortController();
  let timer = setTimeout(() => quiet.abort(), silence);
  try {
    const headers: Record<string, string> = { Accept: "text/event-stream", Authorization: `Bearer ${token}` };
    if (since !== undefined) headers["Last-Event-ID"] = String(since);
    const signal = AbortSignal.any([stop, quiet.signal]);
    const answer = await fetch("/api/events", { headers, signal, cache: "no-store" });
    if (answer.status === 401 && session.get()?.token === token) expire();
    if (!answer.ok || !answer.body) return;
    const cut = frames();
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
      clearTimeout(timer);
      timer = setTimeout(() => quiet.abort(), silence);
      take(cut.feed(piece.value));
    }
  } finally {
    clearTimeout(timer);
  }
}
