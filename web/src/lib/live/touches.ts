/** Which calls an event makes stale. Slow ones are asked again at most once in 5 s, quick ones once a second. */
import type { ApiEvent } from "@/api/schemas";

export const quick = 1000;
export const slow = 5000;

const slowPaths = ["/api/system", "/api/storage", "/api/health", "/api/replication/redundancy"] as const;

const touched: Record<string, readonly string[]> = {
  "files.changed": ["/api/files", "/api/vfs", "/api/search", "/api/nodes", "/api/system/info", "/api/labels", "/api/explain"],
  "node.changed": ["/api/nodes", "/api/health", "/api/filesystems", "/api/system/info", "/api/vfs", "/api/explain"],
  "directory.changed": ["/api/vfs", "/api/explain", "/api/system/info", "/api/files"],
  "label_rule.changed": ["/api/labels", "/api/files", "/api/search", "/api/system/info", "/api/explain"],
  "labels.changed": ["/api/labels", "/api/files", "/api/search", "/api/explain"],
  "plugin.changed": ["/api/plugins", "/api/nodes", "/api/widgets"],
  "plugin.job_failed": ["/api/nodes", "/api/plugins"],
  "storage_backend.changed": ["/api/storage-backends", "/api/nodes", "/api/storage"],
  "replication_rule.changed": ["/api/replication"],
  "pin.changed": ["/api/pins", "/api/files"],
  "credential.changed": ["/api/credentials"],
  "settings.changed": ["/api/system/settings", "/api/system/info"],
  "annotations.changed": ["/api/annotations", "/api/files", "/api/explain"],
  "replicas.changed": ["/api/replication", "/api/files"],
  "notification.changed": ["/api/notifications", "/api/health"],
  "job.changed": ["/api/jobs"],
  "crawl.started": ["/api/nodes"],
  "crawl.finished": ["/api/nodes", "/api/system/info", "/api/storage"],
  "storage.changed": ["/api/storage", "/api/nodes"],
  "search_index.changed": ["/api/system/info"],
  "conflict.found": ["/api/conflicts"],
  activity: ["/api/activity"],
};

export function pathsOf(batch: readonly ApiEvent[]): ReadonlySet<string> {
  return new Set(batch.flatMap(({ type }) => touched[type] ?? []));
}

export function pauseOf(path: string): number {
  return slowPaths.some((slowPath) => path.startsWith(slowPath)) ? slow : quick;
}

export interface Throttle {
  ask: (path: string) => void;
  stop: () => void;
}

/** At once, and then no more often than `pauseOf` says; the last wish is never lost. */
export function throttle(refresh: (path: string) => void): Throttle {
  const pauses = new Map<string, { timer: ReturnType<typeof setTimeout>; isWished: boolean }>();
  const run = (path: string): void => {
    const timer = setTimeout(() => {
      const isWished = pauses.get(path)?.isWished ?? false;
      pauses.delete(path);
      if (isWished) run(path);
    }, pauseOf(path));
    pauses.set(path, { timer, isWished: false });
    refresh(path);
  };
  return {
    ask: (path) => {
      const pause = pauses.get(path);
      if (pause) pause.isWished = true;
      else run(path);
    },
    stop: () => {
      for (const { timer } of pauses.values()) clearTimeout(timer);
      pauses.clear();
    },
  };
}
