/** The tokens of this tab: one variable in memory. They are written nowhere else, ever. */
import type { Schema } from "@/api/schemas";
import { signal } from "@/lib/signal";

export type Session = Schema<"SignedIn">;

const held = signal<Session | null>(null);

export const session = {
  get: held.get,
  subscribe: held.subscribe,
  take: (next: Session | null) => {
    held.set(next);
  },
};

/** ms until the token ends; 0 without one. */
export function timeLeft(now: number): number {
  const ends = held.get()?.expires_at;
  return ends ? Math.max(0, Date.parse(ends) - now) : 0;
}
