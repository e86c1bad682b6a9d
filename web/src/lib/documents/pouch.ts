/** PouchDB with the parts that a pull needs and no others. Loaded after sign-in. */
import http from "pouchdb-adapter-http";
import PouchDB from "pouchdb-core";
import replication from "pouchdb-replication";

PouchDB.plugin(http).plugin(replication);

type Local = PouchDB.Database;

/** The kept replica, or one in memory where the browser keeps none. */
export async function openLocal(name: string): Promise<{ local: Local; isKept: boolean }> {
  try {
    PouchDB.plugin((await import("pouchdb-adapter-indexeddb")).default);
    const local: Local = new PouchDB(name, { adapter: "indexeddb", auto_compaction: true });
    await local.info();
    return { local, isKept: true };
  } catch {
    PouchDB.plugin((await import("pouchdb-adapter-memory")).default);
    return { local: new PouchDB(name, { adapter: "memory" }), isKept: false };
  }
}

export function openRemote(url: string, fetch: (url: string | Request, init?: RequestInit) => Promise<Response>): Local {
  return new PouchDB(url, { skip_setup: true, fetch });
}
