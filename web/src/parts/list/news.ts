/** Rows that come above others wait while one reads further down; at the top of the list they are shown at once. */
import { useState } from "react";

export interface News {
  /** Rows that wait. */
  count: number;
  onTop: (isAtTop: boolean) => void;
}

interface Held<Row> {
  shown: readonly Row[];
  count: number;
}

/** What of `rows` is shown after `before` was: all but what came between. What comes after the last row moves nothing. */
export function held<Row>(rows: readonly Row[], before: readonly Row[], keyOf: (row: Row) => string): Held<Row> {
  const known = new Set(before.map(keyOf));
  const last = rows.findLastIndex((row) => known.has(keyOf(row)));
  const shown = last < 0 ? rows : rows.filter((row, at) => at > last || known.has(keyOf(row)));
  return { shown, count: rows.length - shown.length };
}

/** `of` says which list it is: another order, filter or place is shown as it comes. */
export function useNews<Row>(rows: readonly Row[], of: string, keyOf: (row: Row) => string): { rows: readonly Row[]; news: News } {
  const [isAtTop, onTop] = useState(true);
  const [present, setPresent] = useState({ of, rows, shown: rows, count: 0 });
  const isSame = present.of === of && !isAtTop;
  if (present.rows !== rows || present.of !== of || (present.count > 0 && !isSame)) {
    setPresent({ of, rows, ...(isSame ? held(rows, present.shown, keyOf) : { shown: rows, count: 0 }) });
  }
  return { rows: present.shown, news: { count: present.count, onTop } };
}
