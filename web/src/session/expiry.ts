/** A token that ended does not end the page: the calls wait here while a dialog asks to sign in again. */
import { signal } from "@/lib/signal";
import { session } from "./token";

/** `ending`: a quiet bar; `ended`: the dialog over the page. */
export type Expiry = "fresh" | "ending" | "ended";

export const expiry = signal<Expiry>("fresh");
const quietBar = 10 * 60_000;

let timers: ReturnType<typeof setTimeout>[] = [];
let waiting: { over: Promise<boolean>; settle: (isBack: boolean) => void } | null = null;

/** Says that `token` was refused, and waits for another. `false`: the person signed out instead. */
export function signedInAgain(token: string): Promise<boolean> {
  if (session.get()?.token !== token) return Promise.resolve(session.get() !== null);
  expiry.set("ended");
  if (!waiting) {
    let settle: (isBack: boolean) => void = () => undefined;
    const over = new Promise<boolean>((resolve) => {
      settle = resolve;
    });
    waiting = { over, settle };
  }
  return waiting.over;
}

/** Whoever holds the token has been signed out elsewhere, or it ran out. */
export function expire(): void {
  const token = session.get()?.token;
  if (token) void signedInAgain(token);
}

session.subscribe(() => {
  timers.forEach(clearTimeout);
  timers = [];
  const present = session.get();
  waiting?.settle(present !== null);
  waiting = null;
  expiry.set("fresh");
  if (present) watch(Date.parse(present.expires_at) - Date.now());
});

function watch(left: number): void {
  if (!Number.isFinite(left) || left > 0x7fffffff) return;
  timers.push(setTimeout(() => expiry.set("ending"), Math.max(0, left - quietBar)));
  timers.push(setTimeout(expire, Math.max(0, left)));
}
