/** Tabs of one browser share a sign-in by asking each other; nothing is written down for it. */
import { type Session, session } from "./token";

const name = "mosaicfs-session";
const lock = "mosaicfs-signed-in";
const patience = 200;

type Message = { kind: "ask" } | { kind: "session"; session: Session } | { kind: "signed-out" };

export interface Tabs {
  /** The session of another tab, if one answers in time. */
  ask: () => Promise<Session | null>;
  /** Tells the others of a new sign-in. */
  share: () => void;
  signedOut: () => void;
  close: () => void;
}

/** Whether another tab is signed in, as far as the browser can tell; where it cannot, one may be. */
async function mayBeIn(): Promise<boolean> {
  if (typeof navigator === "undefined" || !("locks" in navigator)) return true;
  const known = await navigator.locks.query().catch(() => null);
  return known?.held?.some((one) => one.name === lock) ?? true;
}

/** Held by each tab that is signed in, so that the first one need not wait for an answer of others. */
function holdWhileIn(): void {
  if (typeof navigator === "undefined" || !("locks" in navigator)) return;
  let letGo: (() => void) | null = null;
  const settle = (): void => {
    if (session.get() === null) letGo?.();
    else if (letGo === null) {
      const over = new Promise<void>((resolve) => {
        letGo = () => {
          letGo = null;
          resolve();
        };
      });
      void navigator.locks.request(lock, { mode: "shared" }, () => over);
    }
  };
  session.subscribe(settle);
  settle();
}

export function tabs(onSignedOut: () => void): Tabs {
  if (typeof BroadcastChannel === "undefined") {
    return { ask: () => Promise.resolve(null), share: () => undefined, signedOut: () => undefined, close: () => undefined };
  }
  const wire = new BroadcastChannel(name);
  let answered: (found: Session | null) => void = () => undefined;
  const post = (message: Message): void => wire.postMessage(message);
  const share = (): void => {
    const present = session.get();
    if (present && Date.parse(present.expires_at) > Date.now()) post({ kind: "session", session: present });
  };
  holdWhileIn();
  wire.onmessage = ({ data }: MessageEvent<Message>) => {
    if (data.kind === "ask") share();
    else if (data.kind === "signed-out") onSignedOut();
    else heard(data.session);
  };
  const heard = (found: Session): void => {
    answered(found);
    const present = session.get();
    if (present && present.token !== found.token && isLater(found, present)) session.take(found);
  };
  return {
    ask: async () => {
      if (!(await mayBeIn())) return null;
      return new Promise((resolve) => {
        const timer = setTimeout(() => resolve(null), patience);
        answered = (found) => {
          clearTimeout(timer);
          answered = () => undefined;
          resolve(found);
        };
        post({ kind: "ask" });
      });
    },
    share,
    signedOut: () => post({ kind: "signed-out" }),
    close: () => wire.close(),
  };
}

function isLater(found: Session, present: Session): boolean {
  return Date.parse(found.expires_at) >= Date.parse(present.expires_at);
}
