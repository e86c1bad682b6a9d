/** What a key does to a control that chooses one of a list. Pure but for the hook. */
import { type KeyboardEvent, useRef } from "react";
import { movedTo } from "@/parts/list/moving";

export interface Standing {
  /** `null`: the list is closed. */
  at: number | null;
  chosen: number;
  count: number;
}

/** Where the list stands then; `null`: the key means nothing here. */
export function afterKey({ key, altKey }: Pick<KeyboardEvent, "key" | "altKey">, { at, chosen, count }: Standing): number | "take" | "close" | "leave" | null {
  if (at === null) return ["ArrowDown", "ArrowUp", "Enter", " "].includes(key) ? Math.max(0, chosen) : null;
  if (key === "Escape" || (altKey && key === "ArrowUp")) return "close";
  if (key === "Tab") return "leave";
  if (key === "Enter" || key === " ") return "take";
  return movedTo(key, at, count, page);
}

const page = 8;
const patience = 800;

/** The next option that begins with what is typed; the same letter again goes on to the one after. */
export function beginsWith(labels: readonly string[], typed: string, from: number): number | null {
  const isOne = new Set(typed).size === 1;
  const wanted = (isOne ? typed.slice(0, 1) : typed).toLowerCase();
  const first = isOne ? from + 1 : Math.max(0, from);
  for (let step = 0; step < labels.length; step += 1) {
    const at = (first + step) % labels.length;
    if (labels[at]?.toLowerCase().startsWith(wanted)) return at;
  }
  return null;
}

export function useBeginnings(options: readonly { label: string }[]): (key: string, from: number) => number | null {
  const typed = useRef({ text: "", at: 0 });
  return (key, from) => {
    if (key.length !== 1) return null;
    const now = performance.now();
    typed.current = { text: (now - typed.current.at < patience ? typed.current.text : "") + key, at: now };
    return beginsWith(
      options.map(({ label }) => label),
      typed.current.text,
      from,
    );
  };
}
