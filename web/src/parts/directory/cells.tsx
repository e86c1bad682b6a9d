/** The cells of a listing and which of them are shown. */
import type { ReactNode } from "react";
import type { Schema } from "@/api/schemas";
import { useNode } from "@/lib/documents";
import { useSignal, signal } from "@/lib/signal";
import { kept, keepChoice } from "@/lib/preferences";
import { directory as text } from "@/lib/text/directory";
import { visible } from "@/lib/visible";
import type { Column } from "@/parts/list";
import { LabelChip, NodeBadge, PathText, Size, Time } from "@/parts/things";
import type { Entry } from "./order";

export const optional = ["labels", "places", "path"] as const;
export type Optional = (typeof optional)[number];
export type Choice = Record<Optional, boolean>;

const none: Choice = { labels: false, places: false, path: false };
const choice = signal<Choice>(kept("columns.files", none));

export function useChoice(): Choice {
  return useSignal(choice);
}

export function setChoice(changed: Partial<Choice>): void {
  choice.set({ ...choice.get(), ...changed });
  keepChoice("columns.files", choice.get());
}

/** What of the API's `include` the chosen columns need. */
export function includeOf({ labels, places }: Choice): string {
  return [labels && "labels", places && "paths"].filter(Boolean).join(",");
}

export interface Given {
  choice: Choice;
  isWhole: boolean;
  hasOwner: boolean;
  hasTime: boolean;
  name: (entry: Entry, at: number) => ReactNode;
  fileOf: (fileId: string) => Schema<"FileObject"> | undefined;
}

export function columnsOf({ choice: { labels, places, path }, isWhole, hasOwner, hasTime, name, fileOf }: Given): Column<Entry>[] {
  const words = text.columns;
  const all: (Column<Entry> | false)[] = [
    { id: "name", header: words.name, width: "minmax(160px,2fr)", canSort: true, cell: name },
    labels && { id: "labels", header: words.labels, width: "minmax(120px,1fr)", cell: (entry) => <Labels entry={entry} /> },
    places && { id: "places", header: words.places, width: "128px", cell: (entry) => <Places entry={entry} /> },
    path && { id: "path", header: words.path, width: "minmax(160px,1.4fr)", cell: ({ file_id }) => <PathOnNode file={file_id ? fileOf(file_id) : undefined} /> },
    hasOwner && { id: "owner", header: words.owner, width: "150px", canSort: isWhole, cell: ({ node_id }) => node_id && <Owner id={node_id} /> },
    { id: "size", header: words.size, width: "104px", isRight: true, canSort: true, cell: (entry) => (entry.kind === "file" ? <Size bytes={entry.size} /> : null) },
    hasTime && { id: "mtime", header: words.mtime, width: "140px", isRight: true, canSort: true, cell: ({ mtime }) => mtime && <Time at={mtime} /> },
  ];
  return all.filter((column) => column !== false);
}

/** Grey while the node cannot be reached; the file stays in the list. */
export function Owner({ id }: { id: string }): ReactNode {
  const status = useNode(id)?.status;
  return <NodeBadge id={id} isGrey={status === "offline" || status === "disabled"} />;
}

const shownChips = 3;

function Labels({ entry: { labels } }: { entry: Entry }): ReactNode {
  const all = labels ?? [];
  return (
    <span className="flex min-w-0 items-center gap-1 overflow-hidden">
      {all.slice(0, shownChips).map(({ label, rule_id, rule_name }) => (
        <LabelChip key={`${label} ${rule_id ?? ""}`} label={label} rule={rule_id ? { id: rule_id, name: rule_name ?? rule_id } : undefined} />
      ))}
      {all.length > shownChips && <span className="text-12 text-muted">+{all.length - shownChips}</span>}
    </span>
  );
}

function Places({ entry: { paths, virtual_path } }: { entry: Entry }): ReactNode {
  const others = (paths ?? []).filter((path) => path !== virtual_path);
  if (others.length === 0) return null;
  return (
    <span className="truncate text-muted" title={others.map(visible).join("\n")}>
      {text.alsoAt(others.length)}
    </span>
  );
}

function PathOnNode({ file }: { file: Schema<"FileObject"> | undefined }): ReactNode {
  return file ? <PathText path={file.source.export_path} /> : null;
}
