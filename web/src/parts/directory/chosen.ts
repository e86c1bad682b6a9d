/** What is selected in a listing: entries and not only keys, since rows of a long list come and go. */
import { useCallback, useMemo, useState } from "react";
import { nothing, pressed, type Selected } from "@/parts/list/selection";
import type { Selection } from "@/parts/list";
import type { Listing } from "./listing";
import type { Entry } from "./order";

export interface Chosen {
  selection: Selection;
  entries: readonly Entry[];
  files: readonly Entry[];
  folders: readonly Entry[];
  bytes: number;
}

interface Held {
  /** Of which directory and filter. */
  of: string;
  selected: Selected;
  entries: ReadonlyMap<string, Entry>;
}

export function useChosen(of: string, { rowAt, count }: Pick<Listing, "rowAt" | "count">): Chosen {
  const [held, setHeld] = useState<Held>({ of, selected: nothing, entries: new Map() });
  if (held.of !== of) setHeld({ of, selected: nothing, entries: new Map() });
  const change = useCallback(
    (how: (present: Selected, keyAt: (at: number) => string | undefined) => Selected) =>
      setHeld((present) => {
        const met = new Map<string, Entry>();
        const selected = how(present.selected, (at) => {
          const row = rowAt(at);
          if (row) met.set(row.virtual_path, row);
          return row?.virtual_path;
        });
        const entries = new Map<string, Entry>();
        for (const key of selected.keys) {
          const entry = met.get(key) ?? present.entries.get(key);
          if (entry) entries.set(key, entry);
        }
        return { ...present, selected, entries };
      }),
    [rowAt],
  );
  const selection = useMemo<Selection>(
    () => ({
      keys: held.selected.keys,
      press: (at, how) => change((present, keyAt) => pressed(present, at, how, keyAt)),
      all: () => change((_, keyAt) => ({ keys: new Set(Array.from({ length: count ?? 0 }, (_one, at) => keyAt(at)).filter((key) => key !== undefined)), anchor: 0 })),
      clear: () => change(() => nothing),
    }),
    [held.selected.keys, change, count],
  );
  return useMemo(() => {
    const entries = [...held.entries.values()];
    const files = entries.filter(({ kind }) => kind === "file");
    return { selection, entries, files, folders: entries.filter(({ kind }) => kind === "directory"), bytes: files.reduce((sum, { size }) => sum + size, 0) };
  }, [held.entries, selection]);
}
