/** What the browser keeps between visits: look, columns, folds. Nothing else is ever kept. */
import { signal, useSignal } from "./signal";

export type Theme = "system" | "light" | "dark";
export type Density = "comfortable" | "compact";

export interface Look {
  theme: Theme;
  density: Density;
  /** `null`: nobody has said. */
  isFolded: boolean | null;
  hasLetterKeys: boolean;
}

const first: Look = { theme: "system", density: "comfortable", isFolded: null, hasLetterKeys: true };

function read<T extends object>(key: string, otherwise: T): T {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(`mosaicfs.${key}`) ?? "null");
    return typeof kept === "object" && kept !== null ? { ...otherwise, ...kept } : otherwise;
  } catch {
    return otherwise;
  }
}

function keep(key: string, value: object): void {
  try {
    localStorage.setItem(`mosaicfs.${key}`, JSON.stringify(value));
  } catch {
    // A browser that keeps nothing still shows the page.
  }
}

export const look = signal<Look>(read("look", first));

export function useLook(): Look {
  return useSignal(look);
}

export function setLook(change: Partial<Look>): void {
  look.set({ ...look.get(), ...change });
  keep("look", look.get());
  showLook();
}

/** Puts theme and density on the document; `public/theme.js` does the same before the first paint. */
export function showLook(): void {
  const { theme, density } = look.get();
  const isDark = theme === "dark" || (theme === "system" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.theme = isDark ? "dark" : "light";
  document.documentElement.dataset.density = density;
}

export function followSystem(): void {
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", showLook);
  showLook();
}

/** Column choices and the like, by a name of the list: `columns.files`. Plain data only. */
export function kept<T extends object>(name: `columns.${string}` | `fold.${string}`, otherwise: T): T {
  return read(name, otherwise);
}

export function keepChoice(name: `columns.${string}` | `fold.${string}`, value: object): void {
  keep(name, value);
}
