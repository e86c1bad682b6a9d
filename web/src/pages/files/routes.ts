import { createRoute } from "@tanstack/react-router";
import { laterPage } from "@/parts/later";
import { root } from "@/shell/root";

export interface FilesSearch {
  /** `name`, `-size`, … */
  sort?: string;
  filter?: string;
}

function validateSearch(search: Record<string, unknown>): FilesSearch {
  return {
    ...(typeof search.sort === "string" ? { sort: search.sort } : {}),
    ...(typeof search.filter === "string" && search.filter ? { filter: search.filter } : {}),
  };
}

const component = laterPage(async () => (await import("./FilesPage")).FilesPage);

export const filesRoutes = [
  createRoute({ getParentRoute: () => root, path: "/files/$", validateSearch, component }),
] as const;
