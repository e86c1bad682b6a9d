/** What the file is and what can be done with it at once. */
import { Download, HelpCircle } from "lucide-react";
import type { ReactNode } from "react";
import type { FileObject } from "@/api/schemas";
import { useIsOnline } from "@/lib/live/connection";
import { common } from "@/lib/text/everywhere";
import { drawer as text } from "@/lib/text/drawer";
import { CopyButton, NodeBadge, Size, Time } from "@/parts/things";
import { Button } from "@/parts/ui/button";

export interface HeadProps {
  file: FileObject;
  onDownload: () => void;
  onExplain: () => void;
}

export function Head({ file, onDownload, onExplain }: HeadProps): ReactNode {
  const isOnline = useIsOnline();
  const isThere = file.status === "active";
  return (
    <div className="flex flex-col gap-3 px-4 py-3">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1 text-13 text-muted">
        <Size bytes={file.size} />
        <Time at={file.mtime} />
        <NodeBadge id={file.source.node_id} />
      </div>
      {!isThere && (
        <p role="status" className="rounded-control bg-warn-soft px-3 py-1.5 text-13 text-warn">
          {text.deleted} {file.deleted_at && <Time at={file.deleted_at} />}
        </p>
      )}
      <div className="flex flex-wrap items-center gap-2 phone:grid phone:grid-cols-2">
        {isThere && (
          <Button
            look="primary"
            scale="small"
            disabled={!isOnline}
            title={isOnline ? undefined : common.offlineReason}
            onClick={onDownload}
            icon={<Download className="size-4" strokeWidth={1.5} aria-hidden="true" />}
          >
            {text.download}
          </Button>
        )}
        <CopyButton isWord label={text.copyPath} text={file.paths?.[0] ?? file.source.export_path} />
        <CopyButton isWord label={text.copyLink} text={location.href} />
        <Button scale="small" onClick={onExplain} icon={<HelpCircle className="size-4" strokeWidth={1.5} aria-hidden="true" />}>
          {text.explain}
        </Button>
      </div>
    </div>
  );
}
