/** The preview in the drawer: as high as its kind needs, loaded once one stays with the file. */
import type { KeyboardEvent, ReactNode } from "react";
import type { FileObject } from "@/api/schemas";
import { useApi } from "@/api/queries";
import { classes } from "@/lib/classes";
import { useNode } from "@/lib/documents";
import { useSettled } from "@/lib/settled";
import { drawer as text } from "@/lib/text/drawer";
import { visible } from "@/lib/visible";
import { Preview } from "@/parts/preview";
import { kindOf } from "@/parts/preview/kinds";
import { reading } from "./reading";

const pause = 120;

export interface ShownProps {
  file: FileObject;
  isLarge: boolean;
  onDownload: () => void;
}

export function Shown({ file, isLarge, onDownload }: ShownProps): ReactNode {
  const seen = useSettled(file.file_id, pause) === file.file_id;
  const from = useOpenedPlace(file.file_id);
  const kind = kindOf(file);
  const isLow = kind === "none" || kind === "audio";
  return (
    // Keys of a player are kept from going further; nothing acts on them here.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <section
      id="file-part-preview"
      aria-label={text.preview}
      onKeyDown={keepToPlayer}
      className={classes("overflow-hidden border-t bg-page", isLow ? "h-50" : isLarge ? "h-[calc(100dvh-180px)]" : "h-[min(52vh,440px)]")}
    >
      <Preview file={{ file_id: file.file_id, name: file.name, size: file.size, mime_type: file.mime_type, ...(from ? { from } : {}) }} seen={seen} {...reading} onDownload={onDownload} />
    </section>
  );
}

/** The name of the place that the bytes would come from. */
function useOpenedPlace(fileId: string): string | undefined {
  const { data } = useApi("/api/files/{file_id}/copies", { params: { path: { file_id: fileId }, query: {} } });
  const opened = data?.would_open;
  const node = useNode((opened === null || opened === undefined ? undefined : data?.items[opened]?.node_id) ?? "");
  return node && visible(node.friendly_name);
}

/** A film has the arrow keys and Space to itself. */
function keepToPlayer(event: KeyboardEvent): void {
  if (event.target instanceof HTMLMediaElement && (event.key.startsWith("Arrow") || event.key === " ")) event.stopPropagation();
}
