/** Words for screen readers that nothing else on the page says: counts of results, new errors. */
import { signal } from "./signal";

export const announced = signal("");

export function announce(text: string): void {
  announced.set(text === announced.get() ? `${text}\u00a0` : text);
}
