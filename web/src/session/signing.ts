/** Signing in and out, for this tab and the others. */
import { api } from "@/api/client";
import { destroyOthers } from "@/lib/documents/replicas";
import { signInAddress, takeCode, wantedPlace } from "./code";
import { tabs } from "./tabs";
import { session } from "./token";

const others = tabs(() => leave());

export interface Key {
  access_key_id: string;
  secret_key: string;
}

export async function signIn(key: Key): Promise<void> {
  session.take(await api.POST("/api/auth/login", { body: key }));
  others.share();
}

/** The first thing that runs: a code of the address, or the session of another tab, or nobody. */
export async function arrive(): Promise<{ wasCodeRefused: boolean }> {
  const code = takeCode(location, history);
  if (code !== null) {
    const found = await api.POST("/api/auth/login", { body: { login_code: code } }).catch(() => null);
    session.take(found);
    if (found) others.share();
    return { wasCodeRefused: found === null };
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
