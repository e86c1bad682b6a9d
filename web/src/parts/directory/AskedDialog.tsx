import { type ReactNode, Suspense } from "react";
import { laterLayer } from "@/parts/later";
import type { Asked } from "./entry-menu";
import type { Hidden } from "./WhyDialog";

const FolderRule = laterLayer(async () => (await import("./FolderRule")).FolderRule);
const HiddenDialog = laterLayer(async () => (await import("./WhyDialog")).HiddenDialog);
const KeepDialog = laterLayer(async () => (await import("./KeepDialog")).KeepDialog);
const LabelsDialog = laterLayer(async () => (await import("./LabelsDialog")).LabelsDialog);
const WhyDialog = laterLayer(async () => (await import("./WhyDialog")).WhyDialog);

export interface AskedDialogProps {
  asked: Asked;
  hidden: Hidden | undefined;
  onClose: () => void;
}

/** The dialog that was asked for, loaded when it is. */
export function AskedDialog(props: AskedDialogProps): ReactNode {
  return (
    <Suspense fallback={null}>
      <Chosen {...props} />
    </Suspense>
  );
}

function Chosen({ asked, hidden, onClose }: AskedDialogProps): ReactNode {
  if (asked.kind === "labels") return <LabelsDialog files={asked.files} folders={asked.folders} onClose={onClose} />;
  if (asked.kind === "keep") return <KeepDialog entry={asked.entry} onClose={onClose} />;
  if (asked.kind === "why") return <WhyDialog path={asked.entry.virtual_path} name={asked.entry.name} onClose={onClose} />;
  if (asked.kind === "folder") return <FolderRule path={asked.path} onClose={onClose} />;
  return hidden ? <HiddenDialog hidden={hidden} onClose={onClose} /> : null;
}
