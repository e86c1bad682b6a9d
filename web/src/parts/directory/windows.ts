/** Which windows of a listing are wanted. Pure. */

export const windowSize = 200;
/** Up to here a listing is fetched as a whole, ordered and narrowed in the browser. */
export const wholeUpTo = 5000;
const restSize = 500;

export interface Window {
  offset: number;
  limit: number;
}

/** All that comes after the first window. */
export function rest(total: number): Window[] {
  const count = Math.max(0, Math.ceil((total - windowSize) / restSize));
  return Array.from({ length: count }, (_, at) => ({ offset: windowSize + at * restSize, limit: restSize }));
}

/** The windows that rows `from` to `to` lie in, and one on either side. */
export function around(from: number, to: number, total: number): Window[] {
  const last = Math.max(0, Math.ceil(total / windowSize) - 1);
  const first = Math.min(last, Math.max(0, Math.floor(from / windowSize) - 1));
  const end = Math.min(last, Math.floor(to / windowSize) + 1);
  return Array.from({ length: Math.max(1, end - first + 1) }, (_, at) => ({ offset: (first + at) * windowSize, limit: windowSize }));
}
