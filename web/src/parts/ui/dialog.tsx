/** Layers over the page: a decision in the middle, a thing at the side. Focus goes in and comes back. */
import { X } from "lucide-react";
import { Dialog as Radix } from "radix-ui";
import type { ReactNode } from "react";
import { classes } from "@/lib/classes";
import { common } from "@/lib/text/everywhere";
import { closesListFirst } from "./escape";
import { useFocusBack } from "./focus-back";
import { IconButton } from "./icon-button";

export interface DialogProps {
  isOpen: boolean;
  onClose: () => void;
  title: ReactNode;
  description?: ReactNode;
  children?: ReactNode;
  /** Buttons at the foot, the primary one last. */
  actions?: ReactNode;
  width?: "narrow" | "normal" | "wide";
  /** `false`: only an action closes it. */
  canClose?: boolean;
}

const widths = { narrow: "max-w-100", normal: "max-w-130", wide: "max-w-200" };
export const veil = "appear fixed inset-0 z-40 bg-veil";

export function Dialog({ isOpen, onClose, title, description, children, actions, width = "normal", canClose = true }: DialogProps): ReactNode {
  const stay = (event: Event): void => {
    if (!canClose) event.preventDefault();
  };
  const focusBack = useFocusBack();
  return (
    <Radix.Root open={isOpen} onOpenChange={(open) => !open && canClose && onClose()}>
      <Radix.Portal>
        <Radix.Overlay className={veil} />
        <Radix.Content
          {...focusBack}
          onEscapeKeyDown={(event) => {
            stay(event);
            closesListFirst(event);
          }}
          onInteractOutside={stay}
          {...(description ? {} : { "aria-describedby": undefined })}
          className={classes(
            "rise fixed inset-x-0 top-[12vh] z-40 mx-auto flex max-h-[76vh] w-[calc(100vw-32px)] flex-col rounded-dialog border bg-panel shadow-float outline-none phone:top-auto phone:bottom-4 phone:max-h-[88vh]",
            widths[width],
          )}
        >
          <div className="flex items-start gap-4 px-6 pt-6">
            <div className="min-w-0 flex-1">
              <Radix.Title className="text-16 font-semibold break-words">{title}</Radix.Title>
              {description && <Radix.Description className="mt-1 text-14 break-words text-muted">{description}</Radix.Description>}
            </div>
            {canClose && <CloseButton onClose={onClose} className="-mt-1.5 -mr-2 pointer-coarse:-mt-2.5 pointer-coarse:-mr-3" />}
          </div>
          {children && <div className="min-h-0 flex-1 overflow-y-auto px-6 pt-4 pb-1">{children}</div>}
          <div className="flex flex-wrap justify-end gap-2 px-6 pt-4 pb-6">{actions}</div>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

export function CloseButton({ onClose, className }: { onClose: () => void; className?: string }): ReactNode {
  return (
    <IconButton
      label={common.close}
      onClick={onClose}
      icon={<X className="size-5" strokeWidth={1.5} aria-hidden="true" />}
      {...(className ? { className } : {})}
    />
  );
}
