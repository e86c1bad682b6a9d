/** What the pull of documents asks with: the replication session, renewed without a question. */
import { signedInAgain } from "@/session/expiry";
import { session } from "@/session/token";
import { api } from "./client";

const spare = 60_000;
let renewing: Promise<string> | null = null;

/** A good token of the replication protocol. */
export function replicationToken(now = Date.now()): Promise<string> {
  const present = session.get();
  if (!present) return Promise.reject(new Error("Nobody is signed in."));
  if (Date.parse(present.replication.expires_at) - now > spare) return Promise.resolve(present.replication.token);
  return renewed();
}

/** One call, however many ask. The new session is for this tab only: whoever leads renews its own. */
export function renewed(): Promise<string> {
  renewing ??= renew().finally(() => {
    renewing = null;
  });
  return renewing;
}

async function renew(): Promise<string> {
  const replication = await api.POST("/api/auth/replication-session");
  const present = session.get();
  if (present) present.replication = replication;
  return replication.token;
}

/** For PouchDB: adds the token, and takes a new one once when it is refused. */
export async function askedByPull(url: string | Request, init?: RequestInit): Promise<Response> {
  const headers = new Headers(init?.headers);
  const once = async (token: string): Promise<Response> => {
    headers.set("Authorization", `MOSAICFS-SESSION ${token}`);
    return fetch(url, { ...init, headers, credentials: "omit" });
  };
  const answer = await once(await replicationToken());
  if (answer.status !== 401) return answer;
  const bearer = session.get()?.token ?? "";
  const fresh = await renewed().catch(() => null);
  if (fresh === null && !(await signedInAgain(bearer))) return answer;
  return once(fresh ?? (await replicationToken()));
}
