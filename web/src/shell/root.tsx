/** The route that every page hangs on: it draws the shell around them. */
import { createRootRoute } from "@tanstack/react-router";
import { Frame } from "./Frame";
import { NotFound, PageBroken } from "./failing";

export const root = createRootRoute({
  validateSearch: (search: Record<string, unknown>): { file?: string } =>
    typeof search.file === "string" ? { file: search.file } : {},
  component: Frame,
  notFoundComponent: NotFound,
  errorComponent: PageBroken,
});
