/**
 * Parts that nobody has needed yet are fetched while there is nothing else to do, so that a page is there also when the
 * server is not. A service worker holds all of them already.
 */
import { whenBack } from "@/lib/live/connection";
import { waiting } from "./fetching";

/** After whatever the first page asks for. */
const restMs = 5_000;

export function fetchAhead(): () => void {
  return !import.meta.env.PROD || wantsLittle() || hasWorker() ? () => undefined : afterRest();
}

export function afterRest(): () => void {
  let isOn = true;
  let leave = (): void => undefined;
  const go = (): void => void inTurn(() => isOn);
  const timer = setTimeout(() => {
    leave = whenBack(go);
    go();
  }, restMs);
  return () => {
    isOn = false;
    clearTimeout(timer);
    leave();
  };
}

/** One after the other, those too that come to be known meanwhile; at the first that does not come it is given up. */
export async function inTurn(isOn: () => boolean): Promise<void> {
  for (;;) {
    await idle();
    const [next] = waiting;
    if (!next || !isOn()) return;
    await next.attempt();
    if (next.hindrance()) return next.forget();
  }
}

function hasWorker(): boolean {
  return "serviceWorker" in navigator && navigator.serviceWorker.controller !== null;
}

function wantsLittle(): boolean {
  return (navigator as { connection?: { saveData?: boolean } }).connection?.saveData === true;
}

function idle(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof requestIdleCallback === "function") requestIdleCallback(() => resolve(), { timeout: 10_000 });
    else setTimeout(resolve, 100);
  });
}
