/** One notification: who says it, what it is, how often, and what can be done. */
import { Check, CircleAlert, Info, type LucideIcon, TriangleAlert } from "lucide-react";
import { type ReactNode, useState } from "react";
import { useRouter } from "@tanstack/react-router";
import { classes } from "@/lib/classes";
import { type Documents, useNode } from "@/lib/documents";
import { useIsOnline } from "@/lib/live/connection";
import { common } from "@/lib/text/everywhere";
import { notifications as text } from "@/lib/text/notifications";
import { date } from "@/lib/times";
import { visible, visibleText } from "@/lib/visible";
import { NodeBadge, Time } from "@/parts/things";
import { Button } from "@/parts/ui/button";
import { Dialog } from "@/parts/ui/dialog";
import { IconButton } from "@/parts/ui/icon-button";
import { toast } from "@/parts/ui/toast";
import { call, type Deed, deedOf } from "./remedy";

type NoticeDocument = Documents["notification"];

export const severityIcons: Record<NoticeDocument["severity"], LucideIcon> = { error: CircleAlert, warning: TriangleAlert, info: Info };
export const severityInk: Record<NoticeDocument["severity"], string> = { error: "text-error", warning: "text-warn", info: "text-info" };

export interface NoticeProps {
  notice: NoticeDocument;
  onAcknowledge: (notice: NoticeDocument) => void;
  onLeave: () => void;
}

export function Notice({ notice, onAcknowledge, onLeave }: NoticeProps): ReactNode {
  const { severity, title, message, source, occurrence_count, first_seen, last_seen } = notice;
  const isOnline = useIsOnline();
  const Icon = severityIcons[severity];
  const deeds = (notice.actions ?? []).map(deedOf).filter((deed) => deed !== null);
  return (
    <li className="flex gap-3 border-b px-4 py-3 last:border-b-0">
      <Icon className={classes("mt-0.5 size-4 shrink-0", severityInk[severity])} strokeWidth={1.5} aria-label={text.severity[severity]} />
      <div className="flex min-w-0 flex-1 flex-col gap-1.5">
        <p className="text-14 font-medium break-words">{visible(title)}</p>
        <p className="text-13 break-words whitespace-pre-line text-muted">{visibleText(message)}</p>
        <div className="flex flex-wrap items-center gap-x-2 gap-y-1 text-12 text-muted">
          <Reporter source={source} />
          <Time at={last_seen} />
          {occurrence_count > 1 && <span className="tabular">{text.times(occurrence_count, date(first_seen))}</span>}
        </div>
        {deeds.length > 0 && (
          <div className="mt-0.5 flex flex-wrap gap-2">
            {deeds.map((deed, at) => (
              <DeedButton key={at} deed={deed} onLeave={onLeave} />
            ))}
          </div>
        )}
      </div>
      <IconButton
        scale="small"
        label={`${text.acknowledge}: ${visible(title)}`}
        disabled={!isOnline}
        onClick={() => onAcknowledge(notice)}
        icon={<Check className="size-4" strokeWidth={1.5} aria-hidden="true" />}
      />
    </li>
  );
}

export function Reporter({ source: { node_id, component } }: { source: NoticeDocument["source"] }): ReactNode {
  const isNode = useNode(node_id) !== undefined;
  return (
    <>
      {isNode ? <NodeBadge id={node_id} /> : <span>{text.controlPlane}</span>}
      {(isNode || component !== "control_plane") && <span>{visible(component).replaceAll("_", " ")}</span>}
    </>
  );
}

function DeedButton({ deed, onLeave }: { deed: Deed; onLeave: () => void }): ReactNode {
  const [isAsked, setAsked] = useState(false);
  const { history } = useRouter();
  const isOnline = useIsOnline();
  const label = visible(deed.label);
  const run = async (): Promise<void> => {
    setAsked(false);
    if (deed.kind === "page") {
      onLeave();
      return history.push(deed.href);
    }
    try {
      await call(deed);
      toast.done(text.done(label));
    } catch (error) {
      toast.failed(text.failed(label), error);
    }
  };
  const needsServer = deed.kind === "call";
  const isPost = deed.kind === "call" && deed.method === "POST";
  const actions = (
    <>
      <Button onClick={() => setAsked(false)}>{common.cancel}</Button>
      <Button look="primary" onClick={() => void run()}>
        {label}
      </Button>
    </>
  );
  return (
    <>
      <Button scale="small" disabled={needsServer && !isOnline} title={needsServer && !isOnline ? common.offlineReason : undefined} onClick={() => (isPost ? setAsked(true) : void run())}>
        {label}
      </Button>
      {isAsked && deed.kind === "call" && (
        <Dialog isOpen width="narrow" onClose={() => setAsked(false)} title={text.ask(label)} description={text.askMore(`${deed.method} ${deed.path}`)} actions={actions} />
      )}
    </>
  );
}
