import { createRoute, redirect } from "@tanstack/react-router";
import { laterPage } from "@/parts/later";
import { root } from "@/shell/root";

export type UsageSort = "name" | "-name" | "share" | "-share" | "capacity" | "-capacity" | "used" | "-used" | "available" | "-available";

export interface UsageSearch {
  sort?: UsageSort;
  /** The node whose chart is shown. */
  node?: string;
  period?: string;
}

export interface PinsSearch {
  /** The pin whose drawer is open; `new` for one that is being made. */
  pin?: string;
}

function texts<Name extends string>(search: Record<string, unknown>, names: readonly Name[]): Partial<Record<Name, string>> {
  return Object.fromEntries(names.flatMap((name) => (typeof search[name] === "string" && search[name] ? [[name, search[name]]] : []))) as Partial<Record<Name, string>>;
}

const index = createRoute({
  getParentRoute: () => root,
  path: "/storage",
  beforeLoad: () => {
    throw redirect({ href: "/storage/usage", replace: true });
  },
});

const usage = createRoute({
  getParentRoute: () => root,
  path: "/storage/usage",
  validateSearch: (search: Record<string, unknown>): UsageSearch => ({
    ...texts(search, ["node"]),
    ...(/^-?(name|share|capacity|used|available)$/.test(String(search.sort)) ? { sort: search.sort as UsageSort } : {}),
    ...(search.period ? { period: String(search.period) } : {}),
  }),
  component: laterPage(async () => (await import("./UsagePage")).UsagePage),
});

const copies = createRoute({
  getParentRoute: () => root,
  path: "/storage/copies",
  validateSearch: (search: Record<string, unknown>): PinsSearch => texts(search, ["pin"]),
  component: laterPage(async () => (await import("./PinsPage")).PinsPage),
});

export const storageRoutes = [index, usage, copies] as const;
