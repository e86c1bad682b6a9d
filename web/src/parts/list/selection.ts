/** Which rows are selected: one, a range from the last one, or all that are there. Pure but for the hook. */
import { useMemo, useState } from "react";

export interface Selected {
  keys: ReadonlySet<string>;
  /** Where a range begins. */
  anchor: number | null;
}

export interface Pressed {
  isRange: boolean;
  isMore: boolean;
}

export const nothing: Selected = { keys: new Set(), anchor: null };

/** The selection after row `at` was pressed. Rows without a key (not loaded) are left out. */
export function pressed(present: Selected, at: number, { isRange, isMore }: Pressed, keyAt: (at: number) => string | undefined): Selected {
  const key = keyAt(at);
  if (key === undefined) return present;
  if (isRange && present.anchor !== null) {
    const keys = new Set(isMore ? present.keys : []);
    const [from, to] = present.anchor < at ? [present.anchor, at] : [at, present.anchor];
    for (let row = from; row <= to; row += 1) {
      const one = keyAt(row);
      if (one !== undefined) keys.add(one);
    }
    return { keys, anchor: present.anchor };
  }
  if (!isMore) return { keys: new Set([key]), anchor: at };
  const keys = new Set(present.keys);
  if (!keys.delete(key)) keys.add(key);
  return { keys, anchor: at };
}

export interface Selection {
  keys: ReadonlySet<string>;
  press: (at: number, how: Pressed) => void;
  all: () => void;
  clear: () => void;
}

export function useSelection(count: number, keyAt: (at: number) => string | undefined): Selection {
  const [selected, setSelected] = useState(nothing);
  return useMemo(
    () => ({
      keys: selected.keys,
      press: (at, how) => setSelected((present) => pressed(present, at, how, keyAt)),
      all: () => {
        const keys = Array.from({ length: count }, (_, at) => keyAt(at)).filter((key) => key !== undefined);
        setSelected({ keys: new Set(keys), anchor: 0 });
      },
      clear: () => setSelected(nothing),
    }),
    [selected, count, keyAt],
  );
}
