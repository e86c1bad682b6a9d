/** A thing at the right side; full screen on a phone, where it is swiped down. */
import { Dialog as Radix } from "radix-ui";
import { type KeyboardEvent, type PointerEvent, type ReactNode, useRef } from "react";
import { classes } from "@/lib/classes";
import { CloseButton, veil } from "./dialog";
import { closesListFirst } from "./escape";
import { useFocusBack } from "./focus-back";

export interface DrawerProps {
  isOpen: boolean;
  onClose: () => void;
  title: ReactNode;
  /** 480 or 720 px. */
  width?: "normal" | "wide";
  /** Beside the page on wide screens: the page stays usable. */
  isBeside?: boolean;
  head?: ReactNode;
  children: ReactNode;
  footer?: ReactNode;
  /** The focus goes to the drawer itself and not to its first control, where the drawer has keys of its own. */
  isFocused?: boolean;
  onKeyDown?: (event: KeyboardEvent<HTMLDivElement>) => void;
}

const farEnough = 96;

export function Drawer({ isOpen, onClose, title, width = "normal", isBeside = false, head, children, footer, isFocused = false, onKeyDown }: DrawerProps): ReactNode {
  const swipe = useSwipeDown(onClose);
  const focusBack = useFocusBack(isFocused);
  return (
    <Radix.Root open={isOpen} onOpenChange={(open) => !open && onClose()} modal={!isBeside}>
      <Radix.Portal>
        {!isBeside && <Radix.Overlay className={veil} />}
        <Radix.Content
          {...focusBack}
          {...(onKeyDown ? { onKeyDown } : {})}
          aria-describedby={undefined}
          onEscapeKeyDown={closesListFirst}
          onInteractOutside={(event) => isBeside && event.preventDefault()}
          className={classes(
            "slide fixed inset-y-0 right-0 z-40 flex w-full flex-col border-l bg-panel outline-none phone:border-l-0",
            !isBeside && "shadow-float",
            width === "wide" ? "md:w-180" : "md:w-120",
            "md:max-w-[100vw] pb-[env(safe-area-inset-bottom)]",
          )}
        >
          <div className="flex min-h-14 items-center gap-2 border-b py-2 pr-2 pl-4 phone:touch-none" {...swipe}>
            <Radix.Title className="min-w-0 flex-1 truncate text-16 font-semibold">{title}</Radix.Title>
            {head}
            <CloseButton onClose={onClose} />
          </div>
          <div className="min-h-0 flex-1 overflow-y-auto overscroll-contain">{children}</div>
          {footer && <div className="flex flex-wrap justify-end gap-2 border-t p-4">{footer}</div>}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

function useSwipeDown(onClose: () => void): { onPointerDown: (event: PointerEvent) => void; onPointerUp: (event: PointerEvent) => void } {
  const from = useRef<number | null>(null);
  return {
    onPointerDown: (event) => {
      from.current = event.pointerType === "touch" && innerWidth < 768 ? event.clientY : null;
    },
    onPointerUp: (event) => {
      if (from.current !== null && event.clientY - from.current > farEnough) onClose();
      from.current = null;
    },
  };
}
