import { createRoute } from "@tanstack/react-router";
import { laterPage } from "@/parts/later";
import { root } from "@/shell/root";
import { askedOf } from "./asked";

export const searchRoute = createRoute({
  getParentRoute: () => root,
  path: "/search",
  validateSearch: askedOf,
  component: laterPage(async () => (await import("./SearchPage")).SearchPage),
});
