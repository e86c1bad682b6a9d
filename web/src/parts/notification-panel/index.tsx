/** What needs the owner, at the right of every page. */
import type { ReactNode } from "react";
import { addresses } from "@/lib/addresses";
import { useActiveNotifications, useDocuments } from "@/lib/documents";
import { replica, useIsOnline } from "@/lib/live/connection";
import { counted } from "@/lib/sizes";
import { useSignal } from "@/lib/signal";
import { common } from "@/lib/text/everywhere";
import { notifications as text } from "@/lib/text/notifications";
import { Empty, Offline, SkeletonRows } from "@/parts/states";
import { Button, buttonClasses } from "@/parts/ui/button";
import { Drawer } from "@/parts/ui/drawer";
import { PageLink } from "@/parts/ui/page-link";
import { episode, seenHere, useAcknowledge, useAcknowledgeAll } from "./acknowledging";
import { Notice } from "./Notice";

const order = ["error", "warning", "info"] as const;

export function NotificationPanel({ onClose }: { onClose: () => void }): ReactNode {
  const seen = useSignal(seenHere);
  const notices = useActiveNotifications().filter((notice) => !seen.has(episode(notice)));
  const acknowledge = useAcknowledge();
  const all = useAcknowledgeAll(notices);
  const isOnline = useIsOnline();
  const isPulling = useIsPulling();
  const footer = (
    <>
      <PageLink href={addresses.notifications()} onClick={onClose} className={buttonClasses("quiet")}>
        {text.history}
      </PageLink>
      {notices.length > 0 && (
        <Button disabled={!isOnline} title={isOnline ? undefined : common.offlineReason} isBusy={all.isBusy} onClick={all.run}>
          {text.acknowledgeAll}
        </Button>
      )}
    </>
  );
  return (
    <Drawer isOpen onClose={onClose} title={text.title} footer={footer}>
      <Offline />
      {isPulling && notices.length === 0 && <SkeletonRows />}
      {!isPulling && notices.length === 0 && (
        <Empty drawing="bell" sentence={text.none}>
          {text.noneMore}
        </Empty>
      )}
      {order.map((severity) => {
        const some = notices.filter((notice) => notice.severity === severity);
        if (some.length === 0) return null;
        return (
          <section key={severity} aria-labelledby={`notices-${severity}`}>
            <h3 id={`notices-${severity}`} className="sticky top-0 z-10 flex items-center gap-2 border-b bg-raised px-4 py-1.5 text-12 font-medium text-muted">
              {text.groups[severity]}
              <span className="tabular">{counted(some.length)}</span>
            </h3>
            <ul>
              {some.map((notice) => (
                <Notice key={notice._id} notice={notice} onAcknowledge={acknowledge} onLeave={onClose} />
              ))}
            </ul>
          </section>
        );
      })}
    </Drawer>
  );
}

/** Whether documents are still on their way for the first time, so that none means nothing yet. */
function useIsPulling(): boolean {
  const { state } = useSignal(replica);
  const isNothingThere = useDocuments("node").length === 0;
  return isNothingThere && (state === "starting" || state === "catching-up");
}
