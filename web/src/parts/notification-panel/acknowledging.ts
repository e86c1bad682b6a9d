/** Acknowledging: shown at once, taken back when the control plane refuses. */
import { api } from "@/api/client";
import { useChange } from "@/api/queries";
import type { Documents } from "@/lib/documents";
import { signal } from "@/lib/signal";
import { notifications as text } from "@/lib/text/notifications";
import { visible } from "@/lib/visible";
import { toast } from "@/parts/ui/toast";

type Notice = Documents["notification"];

const touches = ["/api/notifications", "/api/health"];

/** Episodes that this tab has acknowledged and whose document has not come back yet. */
export const seenHere = signal<ReadonlySet<string>>(new Set());

export function episode({ _id, activated_at }: Notice): string {
  return `${_id} ${activated_at}`;
}

function seen(notices: readonly Notice[]): () => void {
  const added = notices.map(episode);
  seenHere.set(new Set([...seenHere.get(), ...added]));
  return () => seenHere.set(new Set([...seenHere.get()].filter((one) => !added.includes(one))));
}

export function useAcknowledge(): (notice: Notice) => void {
  const { mutate } = useChange(
    ({ _id, activated_at }: Notice) =>
      api.POST("/api/notifications/{notification_id}/acknowledge", {
        params: { path: { notification_id: _id.replace(/^notification::/, "") } },
        body: { activated_at },
      }),
    { touches, shown: (notice) => seen([notice]) },
  );
  return (notice) => mutate(notice, { onError: (error) => toast.failed(text.acknowledgeFailed(visible(notice.title)), error) });
}

/** All that are shown, and none that came while they were being read. */
export function useAcknowledgeAll(notices: readonly Notice[]): { run: () => void; isBusy: boolean } {
  const until = notices.reduce((latest, { activated_at }) => (activated_at > latest ? activated_at : latest), "");
  const { mutate, isPending } = useChange(() => api.POST("/api/notifications/acknowledge-all", { body: { until } }), {
    touches,
    shown: () => seen(notices),
  });
  return { run: () => mutate(undefined, { onError: (error) => toast.failed(text.allFailed, error) }), isBusy: isPending };
}
