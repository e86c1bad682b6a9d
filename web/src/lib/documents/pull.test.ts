import memory from "pouchdb-adapter-memory";
import PouchDB from "pouchdb-core";
import replication from "pouchdb-replication";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Session } from "@/session/token";
import { session } from "@/session/token";
import { startPull } from "./pull";
import { expectSnapshot } from "./snapshot";
import type { Change } from "./types";

PouchDB.plugin(memory).plugin(replication);

let number = 0;
const base = (name: string): PouchDB.Database => new PouchDB(`${name}-${number++}`, { adapter: "memory" });

/** A server, this browser's database, and what the page was told. */
function around(answer: (remote: PouchDB.Database) => Promise<Response>) {
  const remote = base("server");
  const local = base("browser");
  const shown = new Map<string, unknown>();
  const told: string[] = [];
  vi.stubGlobal("fetch", (url: string) => {
    told.push(new URL(url).search);
    return answer(remote);
  });
  const put = (changes: readonly Change[]): void => {
    for (const { id, doc } of changes) if (doc) shown.set(id, doc);
      else shown.delete(id);
  };
  const start = (openLocal = () => Promise.resolve({ local, isKept: true })) =>
    startPull({
      name: "mosaicfs-here",
      url: "http://here/db",
      onAll: (all) => {
        told.push("all");
        put(all);
      },
      onChanges: put,
      onState: (state) => told.push(state),
      with: { openLocal, openRemote: () => remote },
    });
  return { remote, local, shown, told, start };
}

async function feed(remote: PouchDB.Database): Promise<Response> {
  const { results, last_seq } = await remote.changes({ since: 0, include_docs: true });
  return Response.json({ results, last_seq });
}

const nodes = (count: number) => Array.from({ length: count }, (_, at) => ({ _id: `node::${at}`, type: "node" }));

describe("the pull", () => {
  beforeEach(() => {
    const replication = { token: "t", expires_at: new Date(Date.now() + 3_600_000).toISOString() };
    session.take({ replication } as unknown as Session);
  });
  afterEach(() => {
    session.take(null);
    vi.unstubAllGlobals();
  });

  it("shows everything after one answer, before anything is kept, and goes on after it", async () => {
    const { remote, local, shown, told, start } = around(feed);
    await remote.bulkDocs(nodes(450));
    await remote.remove(await remote.get("node::7"));
    const asked = vi.spyOn(remote, "bulkGet");
    const stop = await start(() => {
      expect([shown.size, ...told]).toEqual([449, "?since=0&include_docs=true", "all", "live"]);
      return Promise.resolve({ local, isKept: true });
    });
    await remote.put({ _id: "node::new", type: "node" });
    await vi.waitFor(() => expect(shown.has("node::new")).toBe(true));
    expect(asked.mock.calls.map(([{ docs }]) => docs.map(({ id }) => id))).toEqual([["node::new"]]);
    expect((await local.allDocs()).rows).toHaveLength(450);
    expect(told).not.toContain("lost");
    await stop();
  });

  it("takes what was asked for while somebody signed in, and asks for it once", async () => {
    const { remote, shown, told, start } = around(feed);
    await remote.bulkDocs(nodes(3));
    expectSnapshot("http://here/db");
    const stop = await start();
    expect(shown.size).toBe(3);
    expect(told.filter((one) => one.startsWith("?"))).toHaveLength(1);
    await stop();
  });

  it("brings what is missing by itself where there is no such answer", async () => {
    const { remote, shown, told, start } = around(() => Promise.resolve(new Response(null, { status: 503 })));
    await remote.bulkDocs(nodes(3));
    const stop = await start();
    await vi.waitFor(() => expect(shown.size).toBe(3));
    await vi.waitFor(() => expect(told.at(-1)).toBe("live"));
    expect(told[1]).toBe("starting");
    await stop();
  });

  it("goes on where it was when this browser has begun a replica already", async () => {
    const { local, shown, told, start } = around(feed);
    vi.stubGlobal("indexedDB", { databases: () => Promise.resolve([{ name: "_pouch_mosaicfs-here" }]) });
    await local.put({ _id: "node::kept", type: "node" });
    const stop = await start();
    expect([...shown.keys()]).toEqual(["node::kept"]);
    expect(told.slice(0, 2)).toEqual(["starting", "all"]);
    await stop();
  });
});
