import { createRoute } from "@tanstack/react-router";
import { laterPage } from "@/parts/later";
import { root } from "@/shell/root";
import type { Asked } from "./asked";

export const searchRoute = createRoute({
  getParentRoute: () => root,
  path: "/search",
  /** The page makes sense of it, and knows what is none. */
  validateSearch: (search: Record<string, unknown>): Asked => search,
  component: laterPage(async () => (await import("./SearchPage")).SearchPage),
});
