/** Short news at the lower right: 5 s, at most three; errors stay until they are closed. */
import { lazy, type ReactNode, Suspense } from "react";
import { asApiError } from "@/api/errors";
import { signal, useSignal } from "@/lib/signal";
import { common } from "@/lib/text/everywhere";

const load = () => import("./toaster");
const Toaster = lazy(async () => ({ default: (await load()).Toaster }));
const isWanted = signal(false);

let nowReady: () => void = () => undefined;
const ready = new Promise<void>((resolve) => {
  nowReady = resolve;
});

/** One of these stands in the shell; nothing is loaded before the first toast. */
export function Toasts({ isDark }: { isDark: boolean }): ReactNode {
  if (!useSignal(isWanted)) return null;
  return (
    <Suspense fallback={null}>
      <Toaster isDark={isDark} onReady={nowReady} />
    </Suspense>
  );
}

async function stack(): Promise<Awaited<ReturnType<typeof load>>["sonner"]> {
  isWanted.set(true);
  const [{ sonner }] = await Promise.all([load(), ready]);
  return sonner;
}

export const toast = {
  done: (message: string, undo?: () => void): void => {
    const choices = undo ? { duration: 10_000, action: { label: common.undo, onClick: undo } } : {};
    void stack().then((on) => on.success(message, choices));
  },
  say: (message: string): void => {
    void stack().then((on) => on(message));
  },
  failed: (what: string, error: unknown): void => {
    const description = asApiError(error).message;
    void stack().then((on) => on.error(what, { description, duration: Number.POSITIVE_INFINITY }));
  },
};
