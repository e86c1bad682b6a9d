import { createRoute } from "@tanstack/react-router";
import { laterPage } from "@/parts/later";
import { root } from "@/shell/root";

export const dashboardRoute = createRoute({
  getParentRoute: () => root,
  path: "/",
  component: laterPage(async () => (await import("./DashboardPage")).DashboardPage),
});
