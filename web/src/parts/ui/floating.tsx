/** The words of a tooltip beside what they are about. */
import { DismissableLayer, Popper } from "radix-ui/internal";
import { type ReactNode, useEffect, useId } from "react";

export interface FloatingProps {
  target: HTMLElement;
  side: "top" | "right" | "bottom" | "left";
  onClose: () => void;
  onPointerEnter: () => void;
  onPointerLeave: () => void;
  children: ReactNode;
}

export function Floating({ target, side, onClose, onPointerEnter, onPointerLeave, children }: FloatingProps): ReactNode {
  const id = useId();
  useEffect(() => {
    const before = target.getAttribute("aria-describedby");
    target.setAttribute("aria-describedby", before ? `${before} ${id}` : id);
    return () => (before ? target.setAttribute("aria-describedby", before) : target.removeAttribute("aria-describedby"));
  }, [target, id]);
  return (
    <Popper.Root>
      <Popper.Anchor virtualRef={{ current: target }} />
      <DismissableLayer.Root asChild onFocusOutside={(event) => event.preventDefault()} onDismiss={onClose}>
        <Popper.Content
          id={id}
          role="tooltip"
          side={side}
          sideOffset={6}
          collisionPadding={8}
          onPointerEnter={onPointerEnter}
          onPointerLeave={onPointerLeave}
          className="appear z-50 flex max-w-100 items-center gap-2 rounded-control border bg-panel px-2 py-1 text-12 break-words text-ink shadow-float"
        >
          {children}
        </Popper.Content>
      </DismissableLayer.Root>
    </Popper.Root>
  );
}
