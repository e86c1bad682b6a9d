/** Short news at the lower right: 5 s, at most three; errors stay until they are closed. */
import { createElement, type ReactNode } from "react";
import { asApiError } from "@/api/errors";
import { whenBack } from "@/lib/live/connection";
import { signal, useSignal } from "@/lib/signal";
import { common } from "@/lib/text/everywhere";
import { fetched } from "@/parts/later/fetching";

const load = () => import("./toaster");
const toaster = fetched(async () => (await load()).Toaster);
const wanted = signal<ReturnType<typeof toaster.found>>(undefined);

let nowReady: () => void = () => undefined;
const ready = new Promise<void>((resolve) => {
  nowReady = resolve;
});

/** One of these stands in the shell; nothing is loaded before the first toast. */
export function Toasts({ isDark }: { isDark: boolean }): ReactNode {
  const Toaster = useSignal(wanted);
  return Toaster ? createElement(Toaster, { isDark, onReady: nowReady }) : null;
}

async function stack(): Promise<Awaited<ReturnType<typeof load>>["sonner"]> {
  while (!toaster.found()) await toaster.attempt().then(() => toaster.hindrance() && back());
  wanted.set(toaster.found());
  await ready;
  return (await load()).sonner;
}

/** What is told while it cannot be shown is shown later. */
function back(): Promise<void> {
  return new Promise((resolve) => {
    const leave = whenBack(() => {
      leave();
      resolve();
    });
  });
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
