import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { root } from "@/shell/root";

export const conflictsRoute = createRoute({
  getParentRoute: () => root,
  path: "/conflicts",
  component: lazyRouteComponent(() => import("./ConflictsPage"), "ConflictsPage"),
});
