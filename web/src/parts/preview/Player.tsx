/** Video and sound. A link that ran out or a lost connection interrupts, and playing goes on at the same second. */
import { useRef, useState, type ReactNode } from "react";
import { preview as text } from "@/lib/text/preview";
import { visible } from "@/lib/visible";
import { Pending } from "./Pending";
import { whyUnread, type Kept, type Reading } from "./reading";
import { Trouble } from "./Trouble";
import { useLink } from "./useLink";
import { useResume } from "./useResume";

interface PlayerProps {
  readonly file: Kept;
  readonly kind: "video" | "audio";
  readonly reading: Reading;
  readonly onDownload: () => void;
}

type Ended = { readonly why: string | undefined };

export function Player({ file, kind, reading, onDownload }: PlayerProps): ReactNode {
  const element = useRef<HTMLMediaElement>(null);
  const link = useLink(file, reading);
  const { url, error, renew } = link;
  const [ended, setEnded] = useState<Ended>();
  const stop = (): void => void whyUnread(file, reading, new AbortController().signal).then((why) => setEnded({ why }));
  const { isInterrupted, ...heard } = useResume(element, link, stop);
  const retry = (): void => {
    setEnded(undefined);
    renew();
  };
  if (ended?.why === undefined && ended !== undefined)
    return <Trouble title={text.undecodable} why={text.undecodableWhy} onDownload={onDownload} />;
  if (ended !== undefined) return <Trouble title={text.failed} why={ended.why} onRetry={retry} />;
  if (error !== undefined && !isInterrupted) return <Trouble title={text.failed} why={error} onRetry={renew} />;
  if (url === undefined) return <Pending />;
  const Element = kind;
  return (
    <div className="relative flex size-full items-center justify-center bg-raised">
      <Element
        ref={element as never}
        src={url}
        controls
        preload="metadata"
        playsInline
        aria-label={visible(file.name)}
        {...heard}
        className={kind === "video" ? "size-full bg-ink object-contain dark:bg-page" : "w-full px-4"}
      />
      {isInterrupted && (
        <p role="status" className="appear absolute top-3 rounded-full border bg-panel px-3 py-1 text-12 shadow-float">
          {text.reconnecting}
        </p>
      )}
    </div>
  );
}
