import { createRoute } from "@tanstack/react-router";
import { laterPage } from "@/parts/later";
import { root } from "@/shell/root";

export interface VfsSearch {
  /** `mounts`: the mount editor of this directory is open. */
  edit?: "mounts";
  sort?: string;
}

export const vfsRoutes = [
  createRoute({
    getParentRoute: () => root,
    path: "/vfs/$",
    validateSearch: (search: Record<string, unknown>): VfsSearch => ({
      ...(search.edit === "mounts" ? { edit: "mounts" } : {}),
      ...(typeof search.sort === "string" ? { sort: search.sort } : {}),
    }),
    component: laterPage(async () => (await import("./VfsPage")).VfsPage),
  }),
] as const;
