/** What a found file looks like in a row, whoever found it. */
import type { ReactNode } from "react";
import type { FileObject } from "@/api/schemas";
import { counted } from "@/lib/sizes";
import { visible } from "@/lib/visible";
import { IconOfFile, LabelChip } from "@/parts/things";
import { marked, type Piece } from "./marks";

export function Marked({ pieces }: { pieces: readonly Piece[] }): ReactNode {
  return pieces.map(({ text: part, isMarked }, at) =>
    isMarked ? (
      <mark key={at} className="rounded-[2px] bg-accent-soft font-medium text-accent">
        {visible(part)}
      </mark>
    ) : (
      <span key={at}>{visible(part)}</span>
    ),
  );
}

export interface NameProps {
  file: Pick<FileObject, "name" | "mime_type" | "paths" | "source">;
  ranges?: readonly (readonly [number, number])[] | undefined;
}

/** Icon, name with the match marked, and one place where it is. */
export function NameAndPlace({ file, ranges = [] }: NameProps): ReactNode {
  return (
    <>
      <IconOfFile name={file.name} mimeType={file.mime_type ?? null} />
      <bdi className="max-w-[70%] min-w-0 shrink-0 truncate font-medium" title={visible(file.name)}>
        <Marked pieces={marked(file.name, ranges)} />
      </bdi>
      <Place file={file} />
    </>
  );
}

export function Place({ file: { paths, source } }: Pick<NameProps, "file">): ReactNode {
  const path = visible(paths?.[0] ?? source.export_path);
  const folder = path.slice(0, path.lastIndexOf("/")) || "/";
  const more = (paths?.length ?? 1) - 1;
  return (
    <span className="flex min-w-0 flex-1 gap-1.5 text-12 text-muted" title={paths?.map(visible).join("\n")}>
      <bdi className="truncate">{folder}</bdi>
      {more > 0 && <span className="shrink-0">+{counted(more)}</span>}
    </span>
  );
}

const shownChips = 3;

export function Labels({ labels }: Pick<FileObject, "labels">): ReactNode {
  return (
    <span className="flex min-w-0 items-center gap-1 overflow-hidden">
      {labels.slice(0, shownChips).map((one) => {
        const { label, rule_id, rule_name } = typeof one === "string" ? { label: one, rule_id: null, rule_name: null } : one;
        return <LabelChip key={label} label={label} rule={rule_id ? { id: rule_id, name: rule_name ?? rule_id } : undefined} />;
      })}
      {labels.length > shownChips && (
        <span className="text-12 text-muted" title={labels.slice(shownChips).map((one) => visible(typeof one === "string" ? one : one.label)).join(", ")}>
          +{labels.length - shownChips}
        </span>
      )}
    </span>
  );
}

