/** Asks before something is lost: it says what and how many; what cannot be undone asks for the name to be typed. */
import { type ReactNode, useId, useState } from "react";
import { asApiError } from "@/api/errors";
import { common } from "@/lib/text/everywhere";
import { visible } from "@/lib/visible";
import { Button } from "./button";
import { Dialog } from "./dialog";
import { Field, Input } from "./field";

export interface DestructiveDialogProps {
  isOpen: boolean;
  onClose: () => void;
  title: string;
  /** What is lost, and how many. */
  loss: ReactNode;
  /** The verb of the button: "Delete 3 directories". */
  verb: string;
  onConfirm: () => Promise<unknown>;
  /** Must be typed first, when it cannot be undone. */
  nameToType?: string;
}

export function DestructiveDialog(props: DestructiveDialogProps): ReactNode {
  return props.isOpen ? <Asked {...props} /> : null;
}

function Asked({ onClose, title, loss, verb, onConfirm, nameToType }: DestructiveDialogProps): ReactNode {
  const [typed, setTyped] = useState("");
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState("");
  const id = useId();
  const confirm = async (): Promise<void> => {
    setBusy(true);
    setProblem("");
    try {
      await onConfirm();
      onClose();
    } catch (error) {
      setProblem(asApiError(error).message);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={title}
      actions={
        <>
          <Button onClick={onClose}>{common.cancel}</Button>
          <Button look="danger" isBusy={isBusy} disabled={nameToType !== undefined && ![nameToType, visible(nameToType)].includes(typed)} onClick={() => void confirm()}>
            {verb}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        <div>{loss}</div>
        {nameToType !== undefined && (
          <Field label={common.typeToConfirm(visible(nameToType))} id={id}>
            <Input id={id} value={typed} onChange={(event) => setTyped(event.target.value)} autoComplete="off" spellCheck={false} />
          </Field>
        )}
        {problem && (
          <p role="alert" className="text-13 text-error">
            {problem}
          </p>
        )}
      </div>
    </Dialog>
  );
}
