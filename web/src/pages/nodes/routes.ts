import { createRoute } from "@tanstack/react-router";
import { laterPage } from "@/parts/later";
import { root } from "@/shell/root";

export type Kind = "device" | "bridge" | "peer";
export type Standing = "online" | "degraded" | "offline" | "disabled";

export interface NodesSearch {
  status?: Standing;
  kind?: Kind;
  q?: string;
  /** The dialog of joining is open. */
  add?: string;
}

export interface NodeSearch {
  /** The plugin whose drawer is open. */
  plugin?: string;
  /** The drawer of one that is being added is open. */
  add?: string;
}

export const standings: readonly Standing[] = ["online", "degraded", "offline", "disabled"];
export const kinds: readonly Kind[] = ["device", "bridge", "peer"];

function oneOf<T extends string>(known: readonly T[], value: unknown): T | undefined {
  return known.find((one) => one === value);
}

const list = createRoute({
  getParentRoute: () => root,
  path: "/nodes",
  validateSearch: (search: Record<string, unknown>): NodesSearch => {
    const status = oneOf(standings, search.status);
    const kind = oneOf(kinds, search.kind);
    return {
      ...(status ? { status } : {}),
      ...(kind ? { kind } : {}),
      ...(typeof search.q === "string" && search.q ? { q: search.q } : {}),
      ...(search.add ? { add: "1" } : {}),
    };
  },
  component: laterPage(async () => (await import("./NodesPage")).NodesPage),
});

const detail = createRoute({
  getParentRoute: () => root,
  path: "/nodes/$nodeId",
  validateSearch: (search: Record<string, unknown>): NodeSearch => (search.add ? { add: "1" } : typeof search.plugin === "string" && search.plugin ? { plugin: search.plugin } : {}),
  component: laterPage(async () => (await import("./NodePage")).NodePage),
});

export const nodeRoutes = [list, detail] as const;
