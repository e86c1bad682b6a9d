import { createRoute } from "@tanstack/react-router";
import { laterPage } from "@/parts/later";
import { root } from "@/shell/root";

export interface HistorySearch {
  severity?: "error" | "warning" | "info";
  node?: string;
  q?: string;
}

const severities: readonly unknown[] = ["error", "warning", "info"];

export const notificationsRoute = createRoute({
  getParentRoute: () => root,
  path: "/notifications",
  validateSearch: (search: Record<string, unknown>): HistorySearch => ({
    ...(severities.includes(search.severity) ? { severity: search.severity as "error" } : {}),
    ...(typeof search.node === "string" ? { node: search.node } : {}),
    ...(typeof search.q === "string" && search.q ? { q: search.q } : {}),
  }),
  component: laterPage(async () => (await import("./NotificationsPage")).NotificationsPage),
});
