import type { Schema } from "@/api/schemas";
import { session } from "@/session/token";

export type Key = Schema<"ShownKey">;

export const keysCall = ["/api/credentials", { params: { query: { limit: 500 } } }] as const;

/** The key that this page is signed in with. */
export function isOwn({ key_id }: Key): boolean {
  return session.get()?.principal.access_key_id === key_id;
}
