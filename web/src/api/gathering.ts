/** Gathers events for a moment, so that a burst repaints the page once. */
import type { ApiEvent } from "./schemas";

export const moment = 250;

export interface Gathering {
  add: (events: readonly ApiEvent[]) => void;
  stop: () => void;
}

export function gathering(apply: (batch: readonly ApiEvent[]) => void, wait = moment): Gathering {
  let batch: ApiEvent[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  const hand = (): void => {
    const full = batch;
    batch = [];
    timer = undefined;
    apply(merged(full));
  };
  return {
    add: (events) => {
      if (events.length === 0) return;
      batch.push(...events);
      timer ??= setTimeout(hand, wait);
    },
    stop: () => {
      clearTimeout(timer);
      timer = undefined;
      batch = [];
    },
  };
}

/** Of several events about one thing, the last one counts; `files.changed` and the like are all kept. */
export function merged(batch: readonly ApiEvent[]): readonly ApiEvent[] {
  const last = new Map<string, ApiEvent>();
  for (const event of batch) {
    const thing = thingOf(event);
    const key = thing ? `${event.type} ${thing}` : `${event.type} #${event.id}`;
    last.delete(key);
    last.set(key, event);
  }
  return [...last.values()];
}

function thingOf({ type, data }: ApiEvent): string {
  if (type === "job.changed") return String(data.job_id ?? "");
  if (type === "notification.changed") return String(data.notification_id ?? "");
  if (type === "crawl.progress") return String(data.node_id ?? "");
  return "";
}
