/**
 * What is in a file, as far as a browser can show it: `<Preview file={…} seen …/>`. Nothing is loaded before it is
 * seen, and nothing large before it is asked for.
 */
import { FileDown } from "lucide-react";
import { useState, type ReactNode } from "react";
import { size } from "@/lib/sizes";
import { preview as text } from "@/lib/text/preview";
import { Framed } from "./Framed";
import { isFramed, kindOf, loadsByItself, type Kind } from "./kinds";
import { Picture } from "./Picture";
import { Player } from "./Player";
import type { Kept, Reading } from "./reading";
import { NoPreview, Notice, ServerButton } from "./Trouble";

export interface PreviewProps extends Reading {
  readonly file: Kept;
  /** Whether somebody can see it now. */
  readonly seen: boolean;
  readonly onDownload: () => void;
}

export function Preview({ file, seen, getToken, getRange, onDownload }: PreviewProps): ReactNode {
  const [asked, setAsked] = useState<string>();
  const kind = kindOf(file);
  if (kind === "none") return <NoPreview type={file.mime_type ?? ""} onDownload={onDownload} />;
  if (!loadsByItself(kind, file.size) && asked !== file.file_id)
    return <Offer file={file} onLoad={() => setAsked(file.file_id)} />;
  if (!seen) return null;
  return <Loaded key={file.file_id} file={file} kind={kind} reading={{ getToken, getRange }} onDownload={onDownload} />;
}

interface LoadedProps {
  readonly file: Kept;
  readonly kind: Exclude<Kind, "none">;
  readonly reading: Reading;
  readonly onDownload: () => void;
}

function Loaded({ file, kind, reading, onDownload }: LoadedProps): ReactNode {
  if (isFramed(kind)) return <Framed file={file} kind={kind} reading={reading} />;
  if (kind === "image") return <Picture file={file} reading={reading} onDownload={onDownload} />;
  return <Player file={file} kind={kind} reading={reading} onDownload={onDownload} />;
}

function Offer({ file, onLoad }: { file: Kept; onLoad: () => void }): ReactNode {
  const icon = <FileDown className="size-6 text-muted" strokeWidth={1.5} aria-hidden="true" />;
  return (
    <Notice icon={icon} title={text.large}>
      <ServerButton onClick={onLoad}>{text.load(size(file.size), file.from)}</ServerButton>
    </Notice>
  );
}
