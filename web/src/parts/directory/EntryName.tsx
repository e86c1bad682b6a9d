import { Check, ChevronRight } from "lucide-react";
import type { ReactNode } from "react";
import { classes } from "@/lib/classes";
import { directory as text } from "@/lib/text/directory";
import { visible } from "@/lib/visible";
import { FileIcon, IconOfFile, Name } from "@/parts/things";
import { PageLink } from "@/parts/ui/page-link";
import type { Entry } from "./order";

export interface Branch {
  depth: number;
  isUnfolded: boolean;
  note: string | null;
  onToggle: () => void;
}

export interface EntryNameProps {
  entry: Entry;
  /** Where the name of a directory leads. */
  href: string | null;
  onOpen: () => void;
  /** Where directories unfold in place. */
  branch: Branch | null;
  /** `null` where nothing can be selected. */
  pick: { isPicked: boolean; onPick: () => void } | null;
}

/** Icon and name; the icon gives way to a tick on hover, on focus, and once it is selected. */
export function EntryName({ entry, href, onOpen, branch, pick }: EntryNameProps): ReactNode {
  const icon = entry.kind === "directory" ? <FileIcon type="directory" /> : <IconOfFile name={entry.name} mimeType={entry.mime_type ?? null} />;
  const name = <Name className={classes("block", entry.kind === "directory" && "font-medium")}>{entry.name}</Name>;
  const form = "min-w-0 truncate text-left hover:underline";
  return (
    <span className="flex min-w-0 items-center gap-3" style={branch ? { paddingLeft: branch.depth * step } : undefined}>
      {branch && <Fold entry={entry} branch={branch} />}
      <span className="relative flex size-5 shrink-0 items-center justify-center">
        {pick ? (
          <>
            <span className={classes("transition-opacity", pick.isPicked ? "opacity-0" : "group-focus-within:opacity-0 group-hover:opacity-0 pointer-coarse:opacity-100!")}>{icon}</span>
            <span className={classes("absolute inset-0 flex items-center justify-center", pick.isPicked ? "" : "opacity-0 group-focus-within:opacity-100 group-hover:opacity-100 pointer-coarse:opacity-0!")}>
              <Tick isOn={pick.isPicked} onPick={pick.onPick} label={text.select(visible(entry.name))} />
            </span>
          </>
        ) : (
          icon
        )}
      </span>
      {href === null ? (
        <button type="button" tabIndex={-1} onClick={onOpen} className={form}>
          {name}
        </button>
      ) : (
        <PageLink href={href} tabIndex={-1} className={form}>
          {name}
        </PageLink>
      )}
      {branch?.note && <span className="shrink-0 text-12 text-muted">{branch.note}</span>}
    </span>
  );
}

const step = 20;

/** The arrow keys of the row do the same. */
function Fold({ entry, branch: { isUnfolded, onToggle } }: { entry: Entry; branch: Branch }): ReactNode {
  if (entry.kind !== "directory") return <span className="-mr-2 -ml-2 w-6 shrink-0" />;
  const name = visible(entry.name);
  return (
    <button type="button" tabIndex={-1} aria-expanded={isUnfolded} aria-label={isUnfolded ? text.fold(name) : text.unfold(name)} onClick={onToggle} className="-mr-2 -ml-2 flex size-6 shrink-0 items-center justify-center rounded-control text-muted hover:bg-raised hover:text-ink">
      <ChevronRight className={classes("size-4 transition-transform", isUnfolded && "rotate-90")} strokeWidth={1.5} aria-hidden="true" />
    </button>
  );
}

/** Looks as every tick of the page does, and costs a row that scrolls past almost nothing. */
function Tick({ isOn, onPick, label }: { isOn: boolean; onPick: () => void; label: string }): ReactNode {
  return (
    <button
      type="button"
      role="checkbox"
      aria-checked={isOn}
      aria-label={label}
      onClick={onPick}
      className={classes("relative flex size-4 items-center justify-center rounded-[4px] border text-on-accent after:absolute after:-inset-3", isOn ? "border-accent bg-accent" : "border-edge bg-panel")}
    >
      {isOn && <Check className="size-3" strokeWidth={3} aria-hidden="true" />}
    </button>
  );
}
