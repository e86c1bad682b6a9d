/** What stands in place of a preview: what it is, why, and what to do. */
import { FileQuestion, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { useIsOnline } from "@/lib/live/connection";
import { common } from "@/lib/text/everywhere";
import { preview as text } from "@/lib/text/preview";
import { visibleText } from "@/lib/visible";
import { Button } from "@/parts/ui/button";

interface NoticeProps {
  readonly icon: ReactNode;
  readonly title: string;
  readonly why?: string | undefined;
  readonly children?: ReactNode;
}

const ICON = { className: "size-6 text-muted", strokeWidth: 1.5, "aria-hidden": true } as const;

export function Notice({ icon, title, why, children }: NoticeProps): ReactNode {
  return (
    <div role="status" className="flex size-full min-h-50 flex-col items-center justify-center gap-1 p-6 text-center">
      {icon}
      <p className="mt-1 font-medium">{title}</p>
      {why && <p className="max-w-100 text-13 break-words whitespace-pre-line text-muted">{visibleText(why)}</p>}
      {children && <div className="mt-3 flex flex-wrap justify-center gap-2">{children}</div>}
    </div>
  );
}

interface TroubleProps {
  readonly title: string;
  readonly why?: string | undefined;
  readonly onRetry?: (() => void) | undefined;
  readonly onDownload?: (() => void) | undefined;
}

export function Trouble({ title, why, onRetry, onDownload }: TroubleProps): ReactNode {
  return (
    <Notice icon={<TriangleAlert {...ICON} />} title={title} why={why}>
      {onRetry && <Button onClick={onRetry}>{text.retry}</Button>}
      {onDownload && <ServerButton onClick={onDownload}>{text.download}</ServerButton>}
    </Notice>
  );
}

export function NoPreview({ type, onDownload }: { type: string; onDownload: () => void }): ReactNode {
  return (
    <Notice icon={<FileQuestion {...ICON} />} title={text.none} why={type === "" ? text.unknownType : type}>
      <ServerButton onClick={onDownload}>{text.download}</ServerButton>
    </Notice>
  );
}

/** It does nothing without the control plane, and says so. */
export function ServerButton({ onClick, children }: { onClick: () => void; children: ReactNode }): ReactNode {
  const isOnline = useIsOnline();
  return (
    <Button disabled={!isOnline} title={isOnline ? undefined : common.offlineReason} onClick={onClick}>
      {children}
    </Button>
  );
}
