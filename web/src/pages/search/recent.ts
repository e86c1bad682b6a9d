/** Searches of this session: in memory, and gone with it. */
import { signal } from "@/lib/signal";

const most = 8;
export const recent = signal<readonly string[]>([]);

export function remember(q: string): void {
  const text = q.trim();
  if (!text) return;
  // What was typed on the way to it is not kept.
  const others = recent.get().filter((one) => !text.startsWith(one));
  recent.set([text, ...others].slice(0, most));
}
