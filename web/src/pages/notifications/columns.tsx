import { CircleAlert, Info, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import type { Notification } from "@/api/schemas";
import { classes } from "@/lib/classes";
import { useNode } from "@/lib/documents";
import { notifications } from "@/lib/text/notifications";
import { visible, visibleText } from "@/lib/visible";
import type { Column } from "@/parts/list";
import { NodeBadge, Time } from "@/parts/things";

const text = notifications.historyOf;
const icons = { error: CircleAlert, warning: TriangleAlert, info: Info };
const inks = { error: "text-error", warning: "text-warn", info: "text-info" };

export const columns: readonly Column<Notification>[] = [
  { id: "severity", header: text.severity, width: "132px", cell: ({ severity }) => <Severity severity={severity} /> },
  { id: "what", header: text.notice, width: "minmax(0,1fr)", cell: (notice) => <What notice={notice} /> },
  { id: "node", header: text.node, width: "168px", cell: ({ source }) => <From id={source.node_id} /> },
  { id: "ended", header: text.ended, width: "220px", isRight: true, cell: (notice) => <Ended notice={notice} /> },
];

function Severity({ severity }: { severity: Notification["severity"] }): ReactNode {
  const Icon = icons[severity];
  return (
    <span className="inline-flex items-center gap-2">
      <Icon className={classes("size-4", inks[severity])} strokeWidth={1.5} aria-hidden="true" />
      {notifications.severity[severity]}
    </span>
  );
}

function What({ notice: { title, message } }: { notice: Notification }): ReactNode {
  return (
    <span className="min-w-0 truncate" title={visibleText(message)}>
      <span className="font-medium">{visible(title)}</span> <span className="text-muted">{visibleText(message)}</span>
    </span>
  );
}

function From({ id }: { id: string }): ReactNode {
  return useNode(id) ? <NodeBadge id={id} /> : <span className="text-muted">{notifications.controlPlane}</span>;
}

function Ended({ notice: { status, resolved_at, acknowledged_at, acknowledged_by, last_seen } }: { notice: Notification }): ReactNode {
  const how = status === "resolved" ? text.resolved : acknowledged_by ? text.acknowledgedBy(visible(acknowledged_by)) : notifications.status[status];
  return (
    <span className="min-w-0 truncate text-muted" title={how}>
      <Time at={resolved_at ?? acknowledged_at ?? last_seen} />, {how}
    </span>
  );
}

export function PhoneRow({ notice }: { notice: Notification }): ReactNode {
  const Icon = icons[notice.severity];
  return (
    <div className="flex min-w-0 flex-col gap-0.5">
      <span className="flex min-w-0 items-center gap-2">
        <Icon className={classes("size-4 shrink-0", inks[notice.severity])} strokeWidth={1.5} aria-label={notifications.severity[notice.severity]} />
        <span className="truncate font-medium">{visible(notice.title)}</span>
      </span>
      <span className="truncate text-12">
        <Ended notice={notice} />
      </span>
    </div>
  );
}
