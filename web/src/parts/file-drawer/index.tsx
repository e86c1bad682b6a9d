/** One file, the same wherever it is opened from: what is in it, where it is, and what is known of it. */
import { ChevronLeft, ChevronRight, Maximize2, Minimize2 } from "lucide-react";
import { type KeyboardEvent, type ReactNode, useEffect, useState } from "react";
import { useApi } from "@/api/queries";
import type { FileObject } from "@/api/schemas";
import { download } from "@/lib/downloading";
import { useIsOnline } from "@/lib/live/connection";
import { useIsPhone, useIsWide } from "@/lib/media";
import { type FilePart, wantedPart } from "@/lib/open-file";
import { useShortcut } from "@/lib/shortcuts";
import { useSignal } from "@/lib/signal";
import { drawer as text } from "@/lib/text/drawer";
import { common } from "@/lib/text/everywhere";
import { visible } from "@/lib/visible";
import { Loaded, SkeletonRows } from "@/parts/states";
import { IconOfFile } from "@/parts/things";
import { Button } from "@/parts/ui/button";
import { Drawer } from "@/parts/ui/drawer";
import { IconButton } from "@/parts/ui/icon-button";
import { toast } from "@/parts/ui/toast";
import { Annotations } from "./Annotations";
import { Copies } from "./Copies";
import { Details } from "./Details";
import { Explanation } from "./Explanation";
import { type Going, useGoing } from "./going";
import { Head } from "./Head";
import { Labels } from "./Labels";
import { Section } from "./Section";
import { Shown } from "./Shown";

export { Explanation, type ExplanationProps } from "./Explanation";

const icon = { className: "size-4", strokeWidth: 1.5, "aria-hidden": true } as const;

export function FileDrawer({ fileId, onClose }: { fileId: string; onClose: () => void }): ReactNode {
  const isPhone = useIsPhone();
  const isWide = useIsWide();
  const [isLarge, setLarge] = useState(false);
  const isBeside = isWide && !isLarge;
  const query = useApi("/api/files/{file_id}", { params: { path: { file_id: fileId }, query: { include: "paths,access" } } });
  const going = useGoing(fileId);
  useRoom(isBeside);
  const file = query.data;
  const head = (
    <>
      <Steps going={going} />
      {!isPhone && (
        <IconButton label={isLarge ? text.smaller : text.larger} onClick={() => setLarge(!isLarge)} icon={isLarge ? <Minimize2 {...icon} /> : <Maximize2 {...icon} />} />
      )}
    </>
  );
  return (
    <Drawer isOpen onClose={onClose} title={<Title file={file} />} head={head} isBeside={isBeside} width={isLarge ? "wide" : "normal"} isFocused onKeyDown={closedBySpace(onClose)}>
      <Loaded query={query} what={text.what} skeleton={<SkeletonRows count={10} />}>
        {(found) => <Parts key={found.file_id} file={found} isLarge={isLarge} />}
      </Loaded>
    </Drawer>
  );
}

function Title({ file }: { file: FileObject | undefined }): ReactNode {
  if (!file) return <span className="sr-only">{text.untitled}</span>;
  const name = visible(file.name);
  return (
    <span className="flex min-w-0 items-center gap-2">
      <IconOfFile name={file.name} mimeType={file.mime_type ?? null} />
      <bdi className="truncate" title={name}>
        {name}
      </bdi>
    </span>
  );
}

function Steps({ going: { at, all, previous, next, go } }: { going: Going }): ReactNode {
  if (at < 0 || all < 2) return null;
  return (
    <>
      <IconButton label={text.previous} keys="ArrowLeft" aria-disabled={previous === undefined} className="aria-disabled:opacity-40" onClick={() => go(previous)} icon={<ChevronLeft {...icon} />} />
      <IconButton label={text.next} keys="ArrowRight" aria-disabled={next === undefined} className="aria-disabled:opacity-40" onClick={() => go(next)} icon={<ChevronRight {...icon} />} />
    </>
  );
}

function Parts({ file, isLarge }: { file: FileObject; isLarge: boolean }): ReactNode {
  const [isExplained, setExplained] = useState(false);
  const [timesLabelled, setTimesLabelled] = useState(0);
  const isOnline = useIsOnline();
  const isThere = file.status === "active";
  const save = (): void => {
    download(file.file_id).catch((error: unknown) => toast.failed(text.downloadFailed(visible(file.name)), error));
  };
  const explain = (): void => {
    // It is shown once it is there; what was there before is shown at once.
    setExplained(true);
    if (isExplained) show("explain");
  };
  const label = (): void => {
    show("labels");
    setTimesLabelled((times) => times + 1);
  };
  useShortcut({ keys: "d", label: text.keys.download, group: "file" }, () => (isOnline ? save() : toast.say(common.offlineReason)), isThere);
  useShortcut({ keys: "i", label: text.keys.explain, group: "file" }, explain);
  useShortcut({ keys: "l", label: text.keys.labels, group: "file" }, label);
  useWanted((part) => (part === "explain" ? explain() : part === "labels" ? label() : show(part)));
  return (
    <>
      <Head file={file} onDownload={save} onExplain={explain} />
      {isThere && <Shown file={file} isLarge={isLarge} onDownload={save} />}
      <Details file={file} />
      <Labels fileId={file.file_id} timesWanted={timesLabelled} />
      <Copies file={file} />
      <Annotations fileId={file.file_id} />
      <Section
        title={text.explained.title}
        id="file-part-explain"
        side={
          isExplained && (
            <Button scale="small" look="quiet" onClick={() => setExplained(false)}>
              {text.explained.hide}
            </Button>
          )
        }
      >
        {isExplained ? (
          <Explanation fileId={file.file_id} onShown={() => show("explain")} />
        ) : (
          <Button scale="small" onClick={explain}>
            {text.explained.show}
          </Button>
        )}
      </Section>
    </>
  );
}

/** Brings a part into view once it is drawn. */
function show(part: FilePart): void {
  requestAnimationFrame(() => document.getElementById(`file-part-${part}`)?.scrollIntoView({ block: "start", behavior: "smooth" }));
}

function useWanted(take: (part: FilePart) => void): void {
  const wanted = useSignal(wantedPart);
  useEffect(() => {
    if (wanted === null) return;
    wantedPart.set(null);
    take(wanted);
    // A wish is taken once, whoever draws anew meanwhile.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [wanted]);
}

/** The page makes room at its right while the drawer stands beside it. */
function useRoom(isBeside: boolean): void {
  useEffect(() => {
    if (!isBeside) return undefined;
    document.documentElement.dataset.drawer = "beside";
    return () => {
      delete document.documentElement.dataset.drawer;
    };
  }, [isBeside]);
}

/** Space opened it from a list, and Space closes it, unless a control in it has the focus. */
function closedBySpace(onClose: () => void): (event: KeyboardEvent<HTMLDivElement>) => void {
  return (event) => {
    if (event.key !== " " || event.target !== event.currentTarget) return;
    event.preventDefault();
    onClose();
  };
}
