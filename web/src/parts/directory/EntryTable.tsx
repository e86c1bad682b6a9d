/** The rows of a listing: keys, menu, selection, and the bar under them. */
import { useRouter } from "@tanstack/react-router";
import { type KeyboardEvent, type ReactNode, type RefObject, useCallback, useEffect, useMemo } from "react";
import { addresses } from "@/lib/addresses";
import { useIsOnline } from "@/lib/live/connection";
import { useMedia } from "@/lib/media";
import { bareId, filesBehind, useOpenFile } from "@/lib/open-file";
import { look } from "@/lib/preferences";
import { useShortcut } from "@/lib/shortcuts";
import { directory as text } from "@/lib/text/directory";
import { visible } from "@/lib/visible";
import { VirtualTable } from "@/parts/list";
import { Size, Time } from "@/parts/things";
import type { MenuEntry } from "@/parts/ui/menu";
import { actedByKey } from "@/parts/ui/menu-keys";
import { downloadAll, whenOnline } from "./acting";
import { CountsLine, SelectionBar } from "./Bars";
import { type Choice, columnsOf, includeOf, Owner } from "./cells";
import { useChosen } from "./chosen";
import type { DirectoryListProps } from "./DirectoryList";
import { EntryName } from "./EntryName";
import { type Asked, menuOf } from "./entry-menu";
import { useFilesOf } from "./files-of";
import { useHandedFocus } from "./handed-focus";
import type { Listing } from "./listing";
import { type Entry, orderOf } from "./order";
import { depthIn, useUnfolding } from "./unfolding";

export interface EntryTableProps extends DirectoryListProps {
  listing: Listing;
  choice: Choice;
  onAsk: (asked: Asked) => void;
  takesFocusRef: RefObject<boolean>;
}

export function EntryTable(props: EntryTableProps): ReactNode {
  const { path, choice, order, onOrder, filter, on, onAsk, takesFocusRef } = props;
  const { listing, unfolding } = useUnfolding(props.listing, on === "vfs", { order, filter, include: includeOf(choice) });
  const { rowAt, keyAt, count, isWhole } = listing;
  const { history } = useRouter();
  const isOnline = useIsOnline();
  const { open, close, fileId } = useOpenFile();
  const chosen = useChosen(`${path}\n${filter}`, listing);
  const { selection, files, folders } = chosen;
  const { fileOf, onRange } = useFilesOf(listing, choice.path);
  // The tree, and the drawer when it is open, stand beside the list.
  const hasOwner = useMedia(fileId === null ? "(min-width: 1200px)" : "(min-width: 1720px)");
  const hasTime = useMedia(fileId === null ? "(min-width: 1000px)" : "(min-width: 1560px)");
  const { onRange: onListed } = listing;
  const seen = useCallback(
    (from: number, to: number) => {
      onListed(from, to);
      onRange(from, to);
    },
    [onListed, onRange],
  );
  const frame = useHandedFocus(takesFocusRef);
  useBehind(listing);

  const openEntry = useCallback(
    (entry: Entry) => {
      if (entry.kind === "file") open(entry.file_id ?? "");
      else history.push(addresses[on](entry.virtual_path));
    },
    [open, history, on],
  );
  const { press } = selection;
  const pick = useCallback((at: number) => press(at, { isRange: false, isMore: true }), [press]);
  const name = useCallback(
    (entry: Entry, at: number) => (
      <EntryName
        entry={entry}
        href={entry.kind === "directory" ? addresses[on](entry.virtual_path) : null}
        onOpen={() => openEntry(entry)}
        branch={unfolding && { depth: depthIn(path, entry), isUnfolded: unfolding.isUnfolded(entry.virtual_path), note: unfolding.noteOf(entry.virtual_path), onToggle: () => unfolding.toggle(entry.virtual_path) }}
        pick={{ isPicked: selection.keys.has(entry.virtual_path), onPick: () => pick(at) }}
      />
    ),
    [on, path, openEntry, selection.keys, pick, unfolding],
  );
  const columns = useMemo(() => columnsOf({ choice, isWhole, hasOwner, hasTime, name, fileOf }), [choice, isWhole, hasOwner, hasTime, name, fileOf]);
  const actOn = (entry: Entry): { files: readonly Entry[]; folders: readonly Entry[] } => {
    if (selection.keys.has(entry.virtual_path)) return { files, folders };
    return entry.kind === "file" ? { files: [entry], folders: [] } : { files: [], folders: [entry] };
  };
  const menu = (entry: Entry, at: number): MenuEntry[] =>
    menuOf({
      entry,
      on: actOn(entry),
      isOnline,
      onOpen: () => openEntry(entry),
      onSelect: () => pick(at),
      onAsk,
      other: on === "files" ? { label: text.menu.vfs, onSelect: () => history.push(addresses.vfs(entry.virtual_path)) } : { label: text.menu.files, onSelect: () => history.push(addresses.files(entry.virtual_path)) },
    });
  const keyed = (event: KeyboardEvent, entry: Entry | undefined): boolean => {
    // A control inside the row has its own Space.
    if (!entry || (event.target as Element).getAttribute("role") !== "row" || event.ctrlKey || event.metaKey || event.altKey) return false;
    if (unfolding && entry.kind === "directory" && event.key === (unfolding.isUnfolded(entry.virtual_path) ? "ArrowLeft" : "ArrowRight")) {
      unfolding.toggle(entry.virtual_path);
      return true;
    }
    if (!look.get().hasLetterKeys) return false;
    if (event.key === " " && entry.kind === "file") {
      if (fileId === bareId(entry.file_id ?? "")) close();
      else open(entry.file_id ?? "");
      return true;
    }
    return actedByKey(menu(entry, -1), event.key);
  };
  const hasFiles = files.length > 0;
  useShortcut({ keys: "l", label: text.keys.labels, group: "file" }, () => whenOnline(() => onAsk({ kind: "labels", files, folders: folders.length })), hasFiles);
  useShortcut({ keys: "d", label: text.keys.download, group: "file" }, () => whenOnline(() => void downloadAll(files)), hasFiles);

  return (
    <div ref={frame} className="flex min-h-0 flex-1 flex-col">
      <VirtualTable
        label={text.what(visible(path))}
        count={count ?? 0}
        rowAt={rowAt}
        keyAt={keyAt}
        columns={columns}
        sort={order}
        onSort={({ column, isDescending }) => onOrder({ column: orderOf(column).column, isDescending })}
        selection={selection}
        onOpen={openEntry}
        onKey={keyed}
        menu={menu}
        onRange={seen}
        news={listing.news}
        branchOf={unfolding ? (entry) => ({ level: depthIn(path, entry) + 1, isUnfolded: entry.kind === "directory" ? unfolding.isUnfolded(entry.virtual_path) : undefined }) : undefined}
        isCurrent={(entry) => fileId !== null && entry.kind === "file" && bareId(entry.file_id ?? "") === fileId}
        phoneRow={(entry, at) => <PhoneRow entry={entry} indent={unfolding ? 52 + depthIn(path, entry) * 20 : 32}>{name(entry, at)}</PhoneRow>}
      />
      {chosen.entries.length > 0 ? <SelectionBar chosen={chosen} all={count ?? 0} onAsk={onAsk} /> : <CountsLine listing={props.listing} onAsk={onAsk} />}
    </div>
  );
}

function PhoneRow({ entry, indent, children }: { entry: Entry; indent: number; children: ReactNode }): ReactNode {
  return (
    <div className="flex flex-col gap-1">
      {children}
      <span className="tabular flex items-center gap-2 text-12 text-muted" style={{ paddingLeft: indent }}>
        {entry.kind === "file" && <Size bytes={entry.size} />}
        {entry.mtime && <Time at={entry.mtime} />}
        {entry.node_id && <Owner id={entry.node_id} />}
      </span>
    </div>
  );
}

const mostBehind = 5000;

/** ← and → in the drawer go through the files of this list. */
function useBehind({ rowAt, count }: Listing): void {
  useEffect(() => {
    const ids: string[] = [];
    for (let at = 0; at < Math.min(count ?? 0, mostBehind); at += 1) {
      const id = rowAt(at)?.file_id;
      if (id) ids.push(bareId(id));
    }
    filesBehind.set(ids);
  }, [rowAt, count]);
}
