/** The one-way pull from the server into the local replica, and from there into memory. */
import { askedByPull } from "@/api/replication";
import type { openLocal, openRemote } from "./pouch";
import { isThere } from "./replicas";
import { isExpected, keepSnapshot, takeSnapshot } from "./snapshot";
import { type AnyDocument, type Change, typeOf } from "./types";

export type PullState = "starting" | "catching-up" | "live" | "lost";

export interface Pull {
  name: string;
  url: string;
  onAll: (all: readonly Change[]) => void;
  onChanges: (changes: readonly Change[]) => void;
  onState: (state: PullState, facts: { isKept: boolean }) => void;
  /** Parts that tests give their own of. */
  with?: { openLocal: typeof openLocal; openRemote: typeof openRemote };
}

/** Each is one more round of waiting, for the server and for the browser's own database: what is there in all fits a few. */
const batch = 500;

type Row = { id: string; doc?: object | undefined; deleted?: boolean | undefined };

/**
 * Answers how to stop it. Throws when there can be no pull at all.
 * Where nothing is kept yet, the page has everything after one answer, and the replica is filled behind it.
 */
export async function startPull({ name, url, onAll, onChanges, onState, with: given }: Pull): Promise<() => Promise<void>> {
  const beginsEmpty = isExpected(url) || !(await isThere(name));
  const snapshot = beginsEmpty ? await takeSnapshot(url).catch(() => null) : null;
  if (snapshot) {
    onAll(snapshot.docs.map((doc) => ({ id: doc._id, doc })).filter(isOurs));
    onState("live", { isKept: false });
  }
  const { openLocal, openRemote } = given ?? (await import("./pouch"));
  const { local, isKept } = await openLocal(name);
  const remote = openRemote(url, askedByPull);
  onState(snapshot ? "live" : "starting", { isKept });
  const isFilled = snapshot !== null && (await keepSnapshot(local, snapshot));
  const { update_seq: since } = await local.info();
  if (!snapshot) onAll((await local.allDocs({ include_docs: true })).rows.map(changeOf).filter(isOurs));

  let gathered: Change[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  const hand = (): void => {
    const full = gathered;
    gathered = [];
    timer = undefined;
    onChanges(full);
  };
  const changes = local.changes({ since, live: true, include_docs: true }).on("change", (row) => {
    const change = changeOf(row);
    if (!isOurs(change)) return;
    gathered.push(change);
    timer ??= setTimeout(hand, 50);
  });
  const pulled = local.replicate
    .from(remote, { live: true, retry: true, checkpoint: "target", batch_size: batch, ...(isFilled ? { since: snapshot.since } : {}) } as PouchDB.Replication.ReplicateOptions)
    .on("active", () => onState("catching-up", { isKept }))
    .on("paused", (error) => onState(error ? "lost" : "live", { isKept }))
    .on("error", () => onState("lost", { isKept }));

  return async () => {
    clearTimeout(timer);
    changes.cancel();
    pulled.cancel();
    await local.close().catch(() => undefined);
  };
}

function changeOf(row: Row): Change {
  return { id: row.id, doc: row.deleted || !row.doc ? null : (row.doc as AnyDocument) };
}

function isOurs({ id }: Change): boolean {
  return typeOf(id) !== null;
}
