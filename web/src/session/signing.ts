/** Signing in and out, for this tab and the others. */
import { api } from "@/api/client";
import { addressOf, begun, destroyOthers, mayHold, nameOf } from "@/lib/documents/replicas";
import { expectSnapshot } from "@/lib/documents/snapshot";
import { signInAddress, takeCode, wantedPlace } from "./code";
import { tabs } from "./tabs";
import { session } from "./token";

const others = tabs(() => leave());

export interface Key {
  access_key_id: string;
  secret_key: string;
}

export async function signIn(key: Key): Promise<void> {
  await enter(key);
}

/** What the pages will show is asked for at once where this browser holds nothing of it. */
async function enter(proof: Key | { login_code: string }): Promise<void> {
  const isFirst = session.get() === null;
  const [found, all] = await Promise.all([api.POST("/api/auth/login", { body: proof }), begun()]);
  session.take(found);
  const { database, database_id } = found.replication;
  if (isFirst && !mayHold(all, nameOf(database_id))) expectSnapshot(addressOf(database));
  others.share();
}

/** The first thing that runs: a code of the address, or the session of another tab, or nobody. */
export async function arrive(): Promise<{ wasCodeRefused: boolean }> {
  const code = takeCode(location, history);
  if (code !== null) {
    const isIn = await enter({ login_code: code }).then(() => true, () => false);
    return { wasCodeRefused: !isIn };
  }
  session.take(await others.ask());
  return { wasCodeRefused: false };
}

/** Puts the address bar where somebody signed in belongs, or nobody. */
export function settleAddress(): void {
  const isAtSignIn = location.pathname === "/sign-in";
  if (session.get() && isAtSignIn) history.replaceState(null, "", wantedPlace(location.search));
  else if (!session.get() && !isAtSignIn) history.replaceState(null, "", signInAddress(location));
}

export async function signOut(): Promise<void> {
  await api.POST("/api/auth/logout").catch(() => undefined);
  others.signedOut();
  leave();
}

/** Nothing of the session outlives a page that is loaded anew. */
function leave(): void {
  if (!session.get()) return;
  session.take(null);
  void destroyOthers().finally(() => location.replace("/sign-in"));
}
