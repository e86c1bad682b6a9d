/**
 * The rows of a text: its lines, the very long ones cut into pieces, so that a file of one line can be drawn as well
 * as a file of a million.
 */

export const LONGEST_ROW = 4000;

export interface Rows {
  readonly starts: readonly number[];
  readonly ends: readonly number[];
  /** The line's number; 0 for the further pieces of a long line. */
  readonly numbers: readonly number[];
}

/** Line ends are LF, CR LF and CR; they belong to no row. */
export function rowsOf(text: string): Rows {
  const rows = { starts: [] as number[], ends: [] as number[], numbers: [] as number[] };
  const ends = /\r\n?|\n/g;
  let start = 0;
  let number = 1;
  for (let found = ends.exec(text); found !== null; found = ends.exec(text)) {
    add(rows, start, found.index, number++);
    start = ends.lastIndex;
  }
  if (start < text.length || number === 1) add(rows, start, text.length, number);
  return rows;
}

function add(rows: { starts: number[]; ends: number[]; numbers: number[] }, start: number, end: number, number: number) {
  for (let at = start, first = true; first || at < end; at += LONGEST_ROW, first = false) {
    rows.starts.push(at);
    rows.ends.push(Math.min(end, at + LONGEST_ROW));
    rows.numbers.push(first ? number : 0);
  }
}

/** The row that holds an offset of the text. */
export function rowAt(rows: Rows, offset: number): number {
  let low = 0;
  let high = rows.starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((rows.starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}
