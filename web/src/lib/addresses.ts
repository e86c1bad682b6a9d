/** Every address of the page, in one place: pages link to each other by these and know nothing else of one another. */

function path(virtualPath: string): string {
  return virtualPath.split("/").filter(Boolean).map(encodeURIComponent).join("/");
}

function query(given: Record<string, string | number | boolean | readonly string[] | undefined>): string {
  const made = new URLSearchParams();
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined || value === "") continue;
    if (typeof value === "object") for (const one of value) made.append(name, one);
    else made.append(name, String(value));
  }
  const text = made.toString();
  return text && `?${text}`;
}

export const addresses = {
  dashboard: () => "/",
  files: (virtualPath = "/") => `/files/${path(virtualPath)}`,
  search: (given: { q?: string; label?: readonly string[]; places?: string; unreachable?: boolean; node?: string } = {}) =>
    `/search${query(given)}`,
  labels: (tab: "assignments" | "rules" = "assignments") => `/labels/${tab}`,
  nodes: () => "/nodes",
  node: (id: string) => `/nodes/${encodeURIComponent(id)}`,
  vfs: (virtualPath = "/") => `/vfs/${path(virtualPath)}`,
  storage: (tab: "usage" | "copies" = "usage") => `/storage/${tab}`,
  settings: (tab: "credentials" | "backends" | "plugins" | "general" | "backup" | "about" = "general") =>
    `/settings/${tab}`,
  notifications: () => "/notifications",
  job: (id: string) => `/jobs/${encodeURIComponent(id)}`,
  conflicts: () => "/conflicts",
} as const;

/** The virtual path in the address `/files/a/b%20c` after `/files`: `/a/b c`. What cannot be decoded stays as it is. */
export function virtualPathOf(pathname: string, root: "/files" | "/vfs"): string {
  const names = pathname.slice(root.length).split("/").filter(Boolean);
  return `/${names.map(decoded).join("/")}`;
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

/** `/a/b` of `/a/b/c`; the root's parent is the root. */
export function parentOf(virtualPath: string): string {
  return virtualPath.slice(0, virtualPath.lastIndexOf("/")) || "/";
}

/** Whether a text from a document may be followed as a place of this page. */
export function isOwnAddress(text: string): boolean {
  return /^\/(?![/\\])[^\\]*$/.test(text);
}
