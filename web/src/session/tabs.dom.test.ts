import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { expiry, signedInAgain } from "./expiry";
import { type Tabs, tabs } from "./tabs";
import { type Session, session } from "./token";

/** Channels of one browser: what one posts, the others hear. */
class Wire {
  static all = new Set<Wire>();
  onmessage: ((event: { data: unknown }) => void) | null = null;

  constructor(readonly name: string) {
    Wire.all.add(this);
  }

  postMessage(data: unknown): void {
    for (const other of Wire.all) {
      if (other !== this && other.name === this.name) queueMicrotask(() => other.onmessage?.({ data: structuredClone(data) }));
    }
  }

  close(): void {
    Wire.all.delete(this);
  }
}

function signedIn(token: string, hours = 24): Session {
  const expires_at = new Date(Date.now() + hours * 3_600_000).toISOString();
  const principal = { kind: "access_key" as const, name: "web", scope: "full", last_seen: null };
  return { token, expires_at, principal, replication: { token: "r", expires_at, database: "/d", database_id: "d" } };
}

const open: Tabs[] = [];
const tab = (onSignedOut = vi.fn()): Tabs => {
  const made = tabs(onSignedOut);
  open.push(made);
  return made;
};

describe("tabs", () => {
  beforeEach(() => {
    vi.stubGlobal("BroadcastChannel", Wire);
    session.take(null);
  });
  afterEach(() => {
    open.splice(0).forEach(({ close }) => close());
    session.take(null);
    vi.unstubAllGlobals();
  });

  it("get the session of a tab that is signed in", async () => {
    tab();
    session.take(signedIn("t1"));
    expect((await tab().ask())?.token).toBe("t1");
  });

  it("wait a moment and then go on alone", async () => {
    tab();
    expect(await tab().ask()).toBeNull();
  });

  it("never hand on a session that has ended", async () => {
    tab();
    session.take(signedIn("old", -1));
    expect(await tab().ask()).toBeNull();
  });

  it("leave together", async () => {
    const left = vi.fn();
    tab(left);
    tab().signedOut();
    await Promise.resolve();
    expect(left).toHaveBeenCalledTimes(1);
  });

  it("write the session nowhere", () => {
    session.take(signedIn("secret-token"));
    expect(JSON.stringify({ ...localStorage, ...sessionStorage }) + document.cookie + location.href).not.toContain("secret-token");
  });
});

describe("a session that ends", () => {
  afterEach(() => session.take(null));

  it("lets calls wait for the next one, and asks once", async () => {
    session.take(signedIn("t1"));
    const waiting = [signedInAgain("t1"), signedInAgain("t1")];
    expect(expiry.get()).toBe("ended");
    session.take(signedIn("t2"));
    expect(await Promise.all(waiting)).toEqual([true, true]);
    expect(expiry.get()).toBe("fresh");
  });

  it("does not ask when another token is there already", async () => {
    session.take(signedIn("t2"));
    expect(await signedInAgain("t1")).toBe(true);
    expect(expiry.get()).toBe("fresh");
  });

  it("fails the calls when the person leaves", async () => {
    session.take(signedIn("t1"));
    const waiting = signedInAgain("t1");
    session.take(null);
    expect(await waiting).toBe(false);
  });

  it("warns ten minutes before", () => {
    vi.useFakeTimers();
    session.take(signedIn("t1", 1));
    vi.advanceTimersByTime(49 * 60_000);
    expect(expiry.get()).toBe("fresh");
    vi.advanceTimersByTime(2 * 60_000);
    expect(expiry.get()).toBe("ending");
    vi.advanceTimersByTime(10 * 60_000);
    expect(expiry.get()).toBe("ended");
    vi.useRealTimers();
  });
});
