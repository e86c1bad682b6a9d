import { createRoute } from "@tanstack/react-router";
import { laterPage } from "@/parts/later";
import { root } from "@/shell/root";

export const conflictsRoute = createRoute({
  getParentRoute: () => root,
  path: "/conflicts",
  component: laterPage(async () => (await import("./ConflictsPage")).ConflictsPage),
});
