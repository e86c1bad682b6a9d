/** Keeps the page at the present: the leading tab listens and pulls, and hands on what it hears. */
import { listen } from "@/api/events";
import { queryClient, refreshLive } from "@/api/queries";
import type { ApiEvent } from "@/api/schemas";
import { session } from "@/session/token";
import { documents } from "@/lib/documents/store";
import { type PullState, startPull } from "@/lib/documents/pull";
import { addressOf, destroyOthers, nameOf } from "@/lib/documents/replicas";
import { askedDocuments } from "@/lib/documents/without";
import { channel, type Channel, type Message, whenLeader } from "./channel";
import { connection, replica, report } from "./connection";
import { tellListeners } from "./listeners";
import { pathsOf, throttle } from "./touches";

const again = 30_000;

/** Starts for the database that the server has now; answers how to stop. */
export function startLive(databaseId: string): () => void {
  const over = new AbortController();
  const stale = throttle((path) => void refreshLive(path));
  let last: number | undefined;
  let leads = false;

  const apply = (batch: readonly ApiEvent[], newest: number): void => {
    last = newest;
    tellListeners(batch);
    for (const path of pathsOf(batch)) stale.ask(path);
  };
  const reset = (): void => {
    void queryClient.invalidateQueries();
  };
  const take = (message: Message): void => {
    if (leads) {
      if (message.kind === "ask") handAll(wire, last ?? 0);
      return;
    }
    if (message.kind === "all") documents.replace(message.documents);
    else if (message.kind === "documents") documents.apply(message.changes);
    else if (message.kind === "events") apply(message.batch, message.last);
    else if (message.kind === "reset") reset();
    else if (message.kind === "state") {
      connection.set(message.connection);
      replica.set(message.replica);
    }
    if (message.kind === "all" && message.last > 0) last = message.last;
  };
  const wire = channel(`mosaicfs-live-${databaseId}`, take);
  wire.post({ kind: "ask" });
  whenLeader(
    `mosaicfs-lead-${databaseId}`,
    () => {
      leads = true;
      lead(databaseId, wire, { since: last, apply, reset }, over.signal);
    },
    over.signal,
  );
  return () => {
    over.abort();
    stale.stop();
    wire.close();
    documents.clear();
  };
}

interface Led {
  since: number | undefined;
  apply: (batch: readonly ApiEvent[], last: number) => void;
  reset: () => void;
}

function lead(databaseId: string, wire: Channel, { since, apply, reset }: Led, over: AbortSignal): void {
  const tell = (): void => wire.post({ kind: "state", connection: connection.get(), replica: replica.get() });
  const stops = [connection.subscribe(tell), replica.subscribe(tell)];
  let wasLost = false;
  stops.push(
    listen({
      since,
      onBatch: (batch, last) => {
        apply(batch, last);
        wire.post({ kind: "events", batch, last });
      },
      onReset: () => {
        reset();
        wire.post({ kind: "reset" });
      },
      onState: (stream) => {
        report({ stream });
        if (stream === "lost") wasLost = true;
        if (stream !== "caught-up" || !wasLost) return;
        wasLost = false;
        reset();
        wire.post({ kind: "reset" });
      },
    }),
  );
  over.addEventListener("abort", () => stops.forEach((stop) => stop()));
  void pull(databaseId, wire, over);
}

async function pull(databaseId: string, wire: Channel, over: AbortSignal): Promise<void> {
  const name = nameOf(databaseId);
  const onState = (state: PullState, { isKept }: { isKept: boolean }): void => {
    replica.set({ state, isKept });
    report({ pull: state });
  };
  try {
    void destroyOthers(name);
    const stop = await startPull({
      name,
      url: addressOf(session.get()?.replication.database),
      onAll: (all) => {
        documents.replace(all);
        wire.post({ kind: "all", documents: all, last: 0 });
      },
      onChanges: (changes) => {
        documents.apply(changes);
        wire.post({ kind: "documents", changes });
      },
      onState,
    });
    if (over.aborted) void stop();
    else over.addEventListener("abort", () => void stop());
  } catch {
    replica.set({ state: "none", isKept: false });
    report({ pull: "none" });
    await askNowAndAgain(wire, over);
  }
}

async function askNowAndAgain(wire: Channel, over: AbortSignal): Promise<void> {
  while (!over.aborted) {
    const all = await askedDocuments().catch(() => null);
    if (all) {
      documents.replace(all);
      wire.post({ kind: "all", documents: all, last: 0 });
    }
    await new Promise((resolve) => setTimeout(resolve, again));
  }
}

function handAll(wire: Channel, last: number): void {
  wire.post({ kind: "all", documents: documents.everything(), last });
  wire.post({ kind: "state", connection: connection.get(), replica: replica.get() });
}
