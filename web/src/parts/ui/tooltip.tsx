/**
 * A word on hover and focus; never the only place of a fact. Rows with such parts are drawn often and pointed at seldom:
 * nothing is there before somebody points.
 */
import { Portal, Slot } from "radix-ui";
import { type FocusEvent, type PointerEvent, type ReactElement, type ReactNode, useRef, useState } from "react";
import { Floating, type FloatingProps } from "./floating";
import { Keys } from "./keys";

export interface TooltipProps {
  text: ReactNode;
  keys?: string;
  side?: FloatingProps["side"];
  children: ReactElement;
}

const delayMs = 400;
/** Who has just read one reads the next without waiting. */
const readingMs = 200;
/** For the way of the pointer into the words. */
const graceMs = 120;

let lastClosed = -Infinity;

export function Tooltip({ text, keys, side = "bottom", children }: TooltipProps): ReactNode {
  const [target, setTarget] = useState<HTMLElement | null>(null);
  const [timer] = useState(later);
  const isPointedAt = useRef(false);
  const close = (): void => {
    timer.clear();
    if (target) lastClosed = performance.now();
    setTarget(null);
  };
  // What comes to lie under a pointer that rests was not pointed at.
  const move = ({ pointerType, currentTarget }: PointerEvent<HTMLElement>): void => {
    if (pointerType === "touch" || isPointedAt.current) return;
    isPointedAt.current = true;
    const isReading = performance.now() - lastClosed < readingMs;
    timer.set(() => setTarget(currentTarget), target || isReading ? 0 : delayMs);
  };
  const leave = (): void => {
    isPointedAt.current = false;
    timer.set(close, graceMs);
  };
  const focus = ({ currentTarget }: FocusEvent<HTMLElement>): void => {
    if (currentTarget.matches(":focus-visible")) setTarget(currentTarget);
  };
  return (
    <>
      <Slot.Root onPointerMove={move} onPointerLeave={leave} onPointerDown={close} onFocus={focus} onBlur={close}>
        {children}
      </Slot.Root>
      {target && (
        <Portal.Root>
          <Floating target={target} side={side} onClose={close} onPointerEnter={timer.clear} onPointerLeave={leave}>
            {text}
            {keys && <Keys of={keys} />}
          </Floating>
        </Portal.Root>
      )}
    </>
  );
}

interface Later {
  set: (call: () => void, ms: number) => void;
  clear: () => void;
}

/** One thing at a time that happens later. */
function later(): Later {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const clear = (): void => clearTimeout(timer);
  return {
    clear,
    set: (call, ms) => {
      clear();
      timer = setTimeout(call, ms);
    },
  };
}
