import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { root } from "@/shell/root";

export const jobRoute = createRoute({
  getParentRoute: () => root,
  path: "/jobs/$jobId",
  component: lazyRouteComponent(() => import("./JobPage"), "JobPage"),
});
