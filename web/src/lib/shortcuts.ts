/** Keys of the page. Parts register theirs while they are there; the list under `?` shows just these. */
import { useEffect, useEffectEvent } from "react";
import { signal } from "./signal";

export interface Shortcut {
  /** `n`, `g d`, `Mod K`, `Alt ArrowUp`. */
  keys: string;
  label: string;
  group: "everywhere" | "go" | "list" | "file";
}

export interface Registered extends Shortcut {
  run: (event: KeyboardEvent) => void;
}

export const shortcuts = signal<readonly Registered[]>([]);
const patience = 1000;

/** Answers how to take it out again. */
export function addShortcut(one: Registered): () => void {
  shortcuts.set([...shortcuts.get(), one]);
  return () => shortcuts.set(shortcuts.get().filter((other) => other !== one));
}

/** `isOn: false` takes it out, for a part that cannot do it now. */
export function useShortcut({ keys, label, group }: Shortcut, run: (event: KeyboardEvent) => void, isOn = true): void {
  const act = useEffectEvent(run);
  useEffect(() => {
    if (!isOn) return undefined;
    return addShortcut({ keys, label, group, run: (event) => act(event) });
  }, [keys, label, group, isOn]);
}

/** The key of an event in the words of `Shortcut.keys`. */
export function pressedKey(event: Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey">): string {
  if (event.ctrlKey || event.metaKey) return `Mod ${event.key.toUpperCase()}`;
  return event.altKey ? `Alt ${event.key}` : event.key;
}

/** Follows sequences such as `g d`. Pure but for the clock that it is given. */
export function sequencer(): (key: string, now: number) => string[] {
  let first = "";
  let at = 0;
  return (key, now) => {
    const wanted = first && now - at < patience ? [`${first} ${key}`, key] : [key];
    first = /^[a-z]$/.test(key) ? key : "";
    at = now;
    return wanted;
  };
}

export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) || target.getAttribute("role") === "combobox";
}

/** Hears all keys of the page; answers how to stop. */
export function hearKeys(hasLetters: () => boolean): () => void {
  const follow = sequencer();
  const heard = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || event.isComposing) return;
    const key = pressedKey(event);
    const isLetter = !key.startsWith("Mod ");
    if (isLetter && (isTyping(event.target) || !hasLetters() || isInLayer(event.target))) return;
    for (const keys of follow(key, event.timeStamp)) {
      const found = shortcuts.get().findLast((one) => one.keys === keys);
      if (!found) continue;
      event.preventDefault();
      found.run(event);
      return;
    }
  };
  document.addEventListener("keydown", heard);
  return () => document.removeEventListener("keydown", heard);
}

/** An open menu or dialog has the keys to itself; a drawer beside the page shares them. */
function isInLayer(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest("[role=menu],[role=listbox],[role=dialog][data-modal]") !== null;
}
