/** A link out of a file, shown in full before anything is opened. */
import { useState, type ReactNode } from "react";
import { preview as text } from "@/lib/text/preview";
import { visible } from "@/lib/visible";
import { Button, buttonClasses } from "@/parts/ui/button";
import { Dialog } from "@/parts/ui/dialog";
import { openable } from "./addresses";

interface LinkQuestionProps {
  readonly address: string | undefined;
  readonly onClose: () => void;
}

export function LinkQuestion({ address, onClose }: LinkQuestionProps): ReactNode {
  const target = address === undefined ? undefined : openable(address);
  return (
    <Dialog
      isOpen={address !== undefined}
      onClose={onClose}
      title={text.linkTitle}
      description={target === undefined ? text.linkRefused : text.linkWhy}
      width="narrow"
      actions={
        <>
          <Button onClick={onClose}>{text.cancel}</Button>
          {target && <CopyAddress key={target.full} address={target.full} />}
          {target && (
            <a href={target.full} target="_blank" rel="noopener noreferrer" onClick={onClose} className={buttonClasses("primary")}>
              {text.open}
            </a>
          )}
        </>
      }
    >
      <p className="font-mono text-13 break-all">
        {target === undefined ? visible(address ?? "") : <Emphasised full={target.full} host={target.host} />}
      </p>
    </Dialog>
  );
}

/** The host is what decides where a link leads, so it stands out. */
function Emphasised({ full, host }: { full: string; host: string }): ReactNode {
  const at = host === "" ? -1 : full.indexOf(host, full.indexOf("//") + 2);
  if (at < 0) return visible(full);
  return (
    <>
      <span className="text-muted">{visible(full.slice(0, at))}</span>
      <strong className="font-semibold">{visible(host)}</strong>
      <span className="text-muted">{visible(full.slice(at + host.length))}</span>
    </>
  );
}

function CopyAddress({ address }: { address: string }): ReactNode {
  const [isCopied, setCopied] = useState(false);
  const copy = (): void => {
    void navigator.clipboard.writeText(address).then(() => setCopied(true));
  };
  return <Button onClick={copy}>{isCopied ? text.copied : text.copy}</Button>;
}
