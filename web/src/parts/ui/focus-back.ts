/** Layers that nothing of their own opened give the focus back to what had it. */
import { useRef } from "react";

export interface FocusBack {
  onOpenAutoFocus: (event: Event) => void;
  onCloseAutoFocus: (event: Event) => void;
}

const fields = "input:not([type=hidden], :disabled), textarea:not(:disabled), [role=combobox]:not(:disabled)";

/**
 * The focus goes to the first field, or to the layer itself, and never to its close button: the name of that would
 * hang over it, and take the first Escape. `isOnLayer`: not to a field either.
 */
export function useFocusBack(isOnLayer = false): FocusBack {
  const before = useRef<Element | null>(null);
  return {
    onOpenAutoFocus: (event) => {
      before.current = document.activeElement;
      if (!(event.target instanceof HTMLElement)) return;
      event.preventDefault();
      // A finger did not ask for the keyboard of the screen.
      const isTouched = globalThis.matchMedia?.("(pointer: coarse)").matches;
      const field = isOnLayer || isTouched ? null : event.target.querySelector<HTMLElement>(fields);
      (field ?? event.target).focus({ preventScroll: true });
    },
    onCloseAutoFocus: (event) => {
      event.preventDefault();
      // Somebody who has gone on elsewhere stays there.
      if (document.activeElement !== document.body && document.activeElement !== null) return;
      if (before.current instanceof HTMLElement && before.current.isConnected) before.current.focus({ preventScroll: true });
    },
  };
}
