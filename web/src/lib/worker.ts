/** The service worker: it lets the page begin without the server, and tells when a newer build is there. */
import { ownEntry } from "@/api/build";
import { connection } from "./live/connection";
import { signal } from "./signal";

/** Another build than the one that runs here waits to take over. */
export const hasUpdate = signal(false);

const hour = 3_600_000;

/** Browsers take a worker only from a trusted place; without one all else works. */
export function keepWorker(): void {
  if (!import.meta.env.PROD || !("serviceWorker" in navigator)) return;
  navigator.serviceWorker.register("/sw.js", { updateViaCache: "none" }).then(follow).catch(() => undefined);
}

/** Lets the newer build take over and loads it. */
export async function takeUpdate(): Promise<void> {
  const waiting = "serviceWorker" in navigator ? (await navigator.serviceWorker.getRegistration())?.waiting : undefined;
  if (!waiting) return location.reload();
  navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
  waiting.postMessage("skip");
}

function follow(registration: ServiceWorkerRegistration): void {
  const look = (): void => void registration.update().catch(() => undefined);
  const settle = (worker: ServiceWorker | null): void => {
    if (worker?.state === "installed" && navigator.serviceWorker.controller) void compare(worker);
  };
  settle(registration.waiting);
  registration.addEventListener("updatefound", () => {
    const coming = registration.installing;
    coming?.addEventListener("statechange", () => settle(coming));
  });
  setInterval(look, hour);
  // A server that comes back may have come back as another version.
  let wasLost = false;
  connection.subscribe(() => {
    const { standing } = connection.get();
    if (standing === "live" && wasLost) look();
    wasLost = standing === "offline" || (wasLost && standing !== "live");
  });
}

/** A page that runs the newer build already lets its worker take over unseen. */
async function compare(worker: ServiceWorker): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  const entry = await new Promise<unknown>((resolve) => {
    port1.onmessage = ({ data }) => resolve(data);
    worker.postMessage("entry", [port2]);
  });
  if (ownEntry() === entry) worker.postMessage("skip");
  else hasUpdate.set(true);
}
