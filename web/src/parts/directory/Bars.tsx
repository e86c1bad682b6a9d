/** The line under a listing: what is in it; and once something is selected, what can be done with that. */
import { Download, HardDriveDownload, Tags, X } from "lucide-react";
import type { ReactNode } from "react";
import { useIsOnline } from "@/lib/live/connection";
import { counted, size } from "@/lib/sizes";
import { common } from "@/lib/text/everywhere";
import { directory as text } from "@/lib/text/directory";
import { Button } from "@/parts/ui/button";
import { IconButton } from "@/parts/ui/icon-button";
import { downloadAll } from "./acting";
import type { Chosen } from "./chosen";
import type { Asked } from "./entry-menu";
import type { Listing } from "./listing";

const line = "flex h-12 shrink-0 items-center gap-2 border-t px-4 text-13";

export function CountsLine({ listing: { head, count }, onAsk }: { listing: Listing; onAsk: (asked: Asked) => void }): ReactNode {
  if (!head) return <div className={line} />;
  const { hidden_by_conflict: hidden, shadowed, invalid_names: invalid, problems, total } = head;
  const facts = [
    hidden > 0 && text.hiddenByConflict(hidden),
    shadowed > 0 && text.shadowed(shadowed),
    invalid > 0 && text.invalidNames(invalid),
    problems.length > 0 && text.problems(problems.length),
  ].filter((one) => one !== false);
  return (
    <div className={`${line} tabular text-muted`}>
      <span aria-live="polite" className="shrink-0">
        {text.entries(count ?? total ?? 0, total ?? 0)}
      </span>
      {facts.length > 0 && (
        <>
          <span className="min-w-0 truncate" title={facts.join(", ")}>
            {facts.join(", ")}
          </span>
          <Button scale="small" look="quiet" onClick={() => onAsk({ kind: "hidden" })}>
            {text.explain}
          </Button>
        </>
      )}
    </div>
  );
}

export function SelectionBar({ chosen, all, onAsk }: { chosen: Chosen; all: number; onAsk: (asked: Asked) => void }): ReactNode {
  const { files, folders, entries, bytes, selection } = chosen;
  const isOnline = useIsOnline();
  const reason = isOnline ? {} : { disabled: true, title: common.offlineReason };
  const only = entries.length === 1 ? entries[0] : undefined;
  const isPartly = entries.length > 200 && entries.length < all;
  const icons = "size-4";
  return (
    <div role="toolbar" aria-label={common.selected(counted(entries.length))} className={`${line} bg-accent-soft pr-2`}>
      <IconButton scale="small" label={text.clear} keys="Esc" icon={<X className={icons} strokeWidth={1.5} aria-hidden="true" />} onClick={selection.clear} />
      <span aria-live="polite" className="tabular min-w-0 flex-1 truncate font-medium" title={isPartly ? text.partly(entries.length, all) : undefined}>
        {text.selected(files.length, folders.length)}
        {files.length > 0 && <span className="font-normal text-muted">, {size(bytes)}</span>}
        {isPartly && <span className="font-normal text-muted"> ({text.partly(entries.length, all).toLowerCase()})</span>}
      </span>
      {files.length > 0 && (
        <>
          <Act {...reason} label={text.menu.labels} icon={<Tags className={icons} strokeWidth={1.5} aria-hidden="true" />} onClick={() => onAsk({ kind: "labels", files, folders: folders.length })} />
          <Act {...reason} label={text.menu.download} icon={<Download className={icons} strokeWidth={1.5} aria-hidden="true" />} onClick={() => void downloadAll(files)} />
        </>
      )}
      {only && <Act {...reason} label={text.menu.keep} icon={<HardDriveDownload className={icons} strokeWidth={1.5} aria-hidden="true" />} onClick={() => onAsk({ kind: "keep", entry: only })} />}
    </div>
  );
}

/** Its word where there is room; its picture alone on a phone. */
function Act({ label, icon, ...rest }: { label: string; icon: ReactNode; onClick: () => void; disabled?: boolean; title?: string }): ReactNode {
  return (
    <Button {...rest} scale="small" aria-label={label} icon={icon}>
      <span className="phone:hidden">{label}</span>
    </Button>
  );
}
