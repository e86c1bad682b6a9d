import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { root } from "@/shell/root";
import { askedOf } from "./asked";

export const searchRoute = createRoute({
  getParentRoute: () => root,
  path: "/search",
  validateSearch: askedOf,
  component: lazyRouteComponent(() => import("./SearchPage"), "SearchPage"),
});
