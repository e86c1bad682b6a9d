import { createRoute } from "@tanstack/react-router";
import { laterPage } from "@/parts/later";
import { root } from "@/shell/root";

export const jobRoute = createRoute({
  getParentRoute: () => root,
  path: "/jobs/$jobId",
  component: laterPage(async () => (await import("./JobPage")).JobPage),
});
