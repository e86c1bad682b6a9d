/** A picture: all of it, at its own size, or as close as somebody goes. */
import { Maximize, Minus, Plus } from "lucide-react";
import { useRef, useState, type ReactNode } from "react";
import { preview as text } from "@/lib/text/preview";
import { visible } from "@/lib/visible";
import { Button } from "@/parts/ui/button";
import { IconButton } from "@/parts/ui/icon-button";
import { Pending } from "./Pending";
import { whyUnread, type Kept, type Reading } from "./reading";
import { Trouble } from "./Trouble";
import { useLink } from "./useLink";
import { useZoom, type Zoom } from "./useZoom";
import { percentOf, type Extent } from "./zoom";

interface PictureProps {
  readonly file: Kept;
  readonly reading: Reading;
  readonly onDownload: () => void;
}

type Failed = { readonly url: string; readonly why: string | undefined };

export function Picture({ file, reading, onDownload }: PictureProps): ReactNode {
  const { url, error, renew } = useLink(file, reading);
  const [failed, setFailed] = useState<Failed>();
  const retry = (): void => {
    setFailed(undefined);
    renew();
  };
  const ask = (of: string): void => {
    void whyUnread(file, reading, new AbortController().signal).then((why) => setFailed({ url: of, why }));
  };
  if (error !== undefined) return <Trouble title={text.failed} why={error} onRetry={retry} />;
  if (url === undefined) return <Pending />;
  if (failed?.url === url && failed.why !== undefined) return <Trouble title={text.failed} why={failed.why} onRetry={retry} />;
  if (failed?.url === url) return <Trouble title={text.undecodable} why={text.undecodableWhy} onDownload={onDownload} />;
  return <Canvas url={url} name={file.name} onError={() => ask(url)} />;
}

function Canvas({ url, name, onError }: { url: string; name: string; onError: () => void }): ReactNode {
  const frame = useRef<HTMLDivElement>(null);
  const [natural, setNatural] = useState<Extent>({ width: 0, height: 0 });
  const zoom = useZoom(frame, natural);
  const { view, onKeyDown, onPointerDown, onPointerMove, onPointerUp } = zoom;
  const isKnown = natural.width > 0;
  return (
    <div className="flex size-full flex-col">
      <Zooms zoom={zoom} />
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- keys and pointers move the picture; the buttons do the same */}
      <div
        ref={frame}
        role="group"
        aria-label={visible(name)}
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- reached by keyboard to move the picture
        tabIndex={0}
        onKeyDown={onKeyDown}
        onPointerDown={onPointerDown}
        onPointerMove={onPointerMove}
        onPointerUp={onPointerUp}
        onPointerCancel={onPointerUp}
        className="relative min-h-0 flex-1 touch-none overflow-hidden bg-raised"
      >
        <img
          src={url}
          alt={visible(name)}
          draggable={false}
          onError={onError}
          onLoad={({ currentTarget: { naturalWidth, naturalHeight } }) =>
            setNatural({ width: naturalWidth || 300, height: naturalHeight || 150 })
          }
          className="absolute top-1/2 left-1/2 max-w-none origin-center select-none"
          style={{
            width: isKnown ? natural.width : undefined,
            height: isKnown ? natural.height : undefined,
            visibility: isKnown ? "visible" : "hidden",
            transform: `translate(-50%, -50%) translate(${String(view.x)}px, ${String(view.y)}px) scale(${String(view.scale)})`,
          }}
        />
        {!isKnown && <Pending />}
      </div>
    </div>
  );
}

const ICON = { className: "size-4", strokeWidth: 1.5, "aria-hidden": true } as const;

function Zooms({ zoom }: { zoom: Zoom }): ReactNode {
  return (
    <div className="flex items-center gap-1 border-b bg-panel px-3 py-2">
      <IconButton scale="small" label={text.zoomOut} icon={<Minus {...ICON} />} onClick={() => zoom.by(1 / 1.25)} />
      <output className="w-14 text-center text-12 text-muted tabular-nums">{percentOf(zoom.view.scale)}</output>
      <IconButton scale="small" label={text.zoomIn} icon={<Plus {...ICON} />} onClick={() => zoom.by(1.25)} />
      <Button scale="small" look="quiet" className="ml-auto" icon={<Maximize {...ICON} />} aria-pressed={zoom.isFitted} onClick={zoom.fit}>
        {text.fit}
      </Button>
      <Button scale="small" look="quiet" onClick={zoom.actual}>
        {text.actual}
      </Button>
    </div>
  );
}
