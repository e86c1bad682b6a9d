/** All documents that this browser may hold, in one answer: a replica that begins with nothing would ask a dozen times. */
import { askedByPull } from "@/api/replication";
import type { AnyDocument } from "./types";

export interface Snapshot {
  docs: readonly AnyDocument[];
  /** The sequence after which a pull goes on. */
  since: string | number;
}

interface Answered {
  results: { doc: AnyDocument | null; deleted?: boolean }[];
  last_seq: string | number;
}

let expected: { url: string; snapshot: Promise<Snapshot> } | null = null;

/** Asks already now, for a pull that will begin without anything. */
export function expectSnapshot(url: string): void {
  expected = { url, snapshot: asked(url) };
  expected.snapshot.catch(() => undefined);
}

export function isExpected(url: string): boolean {
  return expected?.url === url;
}

/** The one that is expected, once, or a new one. */
export function takeSnapshot(url: string): Promise<Snapshot> {
  const snapshot = expected?.url === url ? expected.snapshot : asked(url);
  expected = null;
  return snapshot;
}

async function asked(url: string): Promise<Snapshot> {
  const answer = await askedByPull(`${url}/_changes?since=0&include_docs=true`);
  if (!answer.ok) throw new Error(`The feed answered ${answer.status}.`);
  const { results, last_seq } = (await answer.json()) as Answered;
  return { docs: results.flatMap(({ doc, deleted }) => (doc && !deleted ? [doc] : [])), since: last_seq };
}

/** Few enough that the browser answers a person between two of them. */
const atOnce = 200;

/** Puts them down as they are, not as edits. False where the browser takes no more: then the pull finds what is missing. */
export async function keepSnapshot(local: PouchDB.Database, { docs }: Snapshot): Promise<boolean> {
  for (let from = 0; from < docs.length; from += atOnce) {
    await calm();
    const put = docs.slice(from, from + atOnce) as PouchDB.Core.PutDocument<object>[];
    const taken = await local.bulkDocs(put, { new_edits: false }).catch(() => null);
    if (!taken || taken.some((one) => "error" in one)) return false;
  }
  return true;
}

const mostMs = 500;

/** Whoever waits for the browser comes first. */
function calm(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof requestIdleCallback === "undefined") setTimeout(resolve);
    else requestIdleCallback(() => resolve(), { timeout: mostMs });
  });
}
