/** Where a file is, what it is, and when what happened to it. */
import { FolderOpen } from "lucide-react";
import type { ReactNode } from "react";
import type { FileObject } from "@/api/schemas";
import { addresses, parentOf } from "@/lib/addresses";
import { drawer } from "@/lib/text/drawer";
import { visible } from "@/lib/visible";
import { CopyButton, NodeBadge, PathText, Time } from "@/parts/things";
import { PageLink } from "@/parts/ui/page-link";
import { Tooltip } from "@/parts/ui/tooltip";
import { Fact, Facts, Section } from "./Section";

const text = drawer.details;
/** The control plane names no more places than this. */
const mostPaths = 20;

export function Details({ file }: { file: FileObject }): ReactNode {
  const { access, source, mime_type, mtime, indexed_at, migrated_from, file_id } = file;
  return (
    <Section title={text.title}>
      <Facts>
        <Fact name={text.shownAt}>
          <Places paths={file.paths ?? []} fileId={file_id} />
        </Fact>
        <Fact name={text.onNode}>
          <PathText path={source.export_path} className="-my-0.5 min-h-6 w-full items-center" />
        </Fact>
        <Fact name={text.type}>{mime_type ? visible(mime_type) : text.unknownType}</Fact>
        <Fact name={text.modified}>
          <Time at={mtime} />
        </Fact>
        <Fact name={text.indexed}>
          <Time at={indexed_at} />
        </Fact>
        <Fact name={text.opened}>
          {access ? (
            <>
              <Time at={access.last_access} />, <span className="tabular">{text.times(access.access_count)}</span>
            </>
          ) : (
            text.neverOpened
          )}
        </Fact>
        {migrated_from && (
          <Fact name={text.movedFrom}>
            <MovedFrom from={migrated_from} />
          </Fact>
        )}
        <Fact name={text.id}>
          <span className="flex items-center gap-1">
            <span className="min-w-0 truncate font-mono text-12">{file_id}</span>
            <span className="-my-1">
              <CopyButton text={file_id} />
            </span>
          </span>
        </Fact>
      </Facts>
    </Section>
  );
}

function Places({ paths, fileId }: { paths: readonly string[]; fileId: string }): ReactNode {
  if (paths.length === 0) return text.nowhere;
  return (
    <ul className="-my-0.5 flex flex-col">
      {paths.map((path) => (
        <li key={path} className="flex min-h-6 min-w-0 items-center gap-1">
          <PathText path={path} className="min-h-6 flex-1 items-center" />
          <Tooltip text={text.toFolder(visible(parentOf(path)))}>
            <PageLink
              href={`${addresses.files(parentOf(path))}?file=${encodeURIComponent(fileId.replace(/^file::/, ""))}`}
              aria-label={text.toFolder(visible(parentOf(path)))}
              className="flex size-6 shrink-0 items-center justify-center rounded-control text-muted hover:bg-raised hover:text-ink pointer-coarse:size-11"
            >
              <FolderOpen className="size-4" strokeWidth={1.5} aria-hidden="true" />
            </PageLink>
          </Tooltip>
        </li>
      ))}
      {paths.length >= mostPaths && <li className="text-12 text-muted">{text.more}</li>}
    </ul>
  );
}

function MovedFrom({ from: { node_id, export_path } }: { from: Record<string, string> }): ReactNode {
  return (
    <span className="flex min-w-0 flex-wrap items-center gap-2">
      {node_id && <NodeBadge id={node_id} />}
      {export_path && <PathText path={export_path} />}
    </span>
  );
}
