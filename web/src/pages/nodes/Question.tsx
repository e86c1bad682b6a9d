import type { ReactNode } from "react";
import { Button } from "@/parts/ui/button";
import { Dialog } from "@/parts/ui/dialog";

export interface QuestionProps {
  title: string;
  more: string;
  no: string;
  yes: string;
  onNo: () => void;
  onYes: () => void;
}

/** Asks before what was typed here, or what somebody else saved, is lost. */
export function Question({ title, more, no, yes, onNo, onYes }: QuestionProps): ReactNode {
  const actions = (
    <>
      <Button onClick={onNo}>{no}</Button>
      <Button look="danger" onClick={onYes}>
        {yes}
      </Button>
    </>
  );
  return <Dialog isOpen onClose={onNo} title={title} description={more} width="narrow" actions={actions} />;
}
