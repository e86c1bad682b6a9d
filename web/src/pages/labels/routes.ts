import { createRoute, redirect } from "@tanstack/react-router";
import { laterPage } from "@/parts/later";
import { root } from "@/shell/root";

export type AssignmentSort = "node" | "-node" | "updated" | "-updated";

export interface AssignmentsSearch {
  label?: string;
  node?: string;
  path?: string;
  sort?: AssignmentSort;
}

export interface RulesSearch {
  /** The rule whose drawer is open; `new` for one that is being made. */
  rule?: string;
  /** What a new rule begins with. */
  node?: string;
  prefix?: string;
}

const sorts: readonly string[] = ["node", "-node", "updated", "-updated"];

function texts<Name extends string>(search: Record<string, unknown>, names: readonly Name[]): Partial<Record<Name, string>> {
  const found: Partial<Record<Name, string>> = {};
  for (const name of names) {
    const value = search[name];
    if (typeof value === "string" && value) found[name] = value;
  }
  return found;
}

const index = createRoute({
  getParentRoute: () => root,
  path: "/labels",
  beforeLoad: () => {
    throw redirect({ href: "/labels/assignments", replace: true });
  },
});

const assignments = createRoute({
  getParentRoute: () => root,
  path: "/labels/assignments",
  validateSearch: (search: Record<string, unknown>): AssignmentsSearch => ({
    ...texts(search, ["label", "node", "path"]),
    ...(sorts.includes(String(search.sort)) ? { sort: search.sort as AssignmentSort } : {}),
  }),
  component: laterPage(async () => (await import("./AssignmentsPage")).AssignmentsPage),
});

const rules = createRoute({
  getParentRoute: () => root,
  path: "/labels/rules",
  validateSearch: (search: Record<string, unknown>): RulesSearch => texts(search, ["rule", "node", "prefix"]),
  component: laterPage(async () => (await import("./RulesPage")).RulesPage),
});

export const labelRoutes = [index, assignments, rules] as const;
