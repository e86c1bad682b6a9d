/** When to try again after playing broke off. */

const FIRST_MS = 500;
const LONGEST_MS = 15_000;

/** Half a second, then twice as long each time, up to 15 s. */
export function pauseBefore(attempt: number): number {
  return Math.min(LONGEST_MS, FIRST_MS * 2 ** attempt);
}

/**
 * Whether an error is worth another try. What has played before is playable, so whatever stops it now lies on the
 * way; what never played gets one more try with a fresh link.
 */
export function isWorthTrying(attempt: number, hasPlayed: boolean): boolean {
  return hasPlayed || attempt < 1;
}
