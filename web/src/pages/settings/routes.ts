import { createRoute, redirect } from "@tanstack/react-router";
import { addresses } from "@/lib/addresses";
import { laterPage } from "@/parts/later";
import { root } from "@/shell/root";

export interface BackendsSearch {
  /** The backend whose drawer is open. */
  backend?: string;
  /** The drawer of one that is being made is open. No word of `backend` could say so: any may be a name. */
  add?: string;
}

export interface PluginsSearch {
  /** The card that is open: `node/plugin`. */
  plugin?: string;
}

const index = createRoute({
  getParentRoute: () => root,
  path: "/settings",
  beforeLoad: () => {
    throw redirect({ href: addresses.settings(), replace: true });
  },
});

const general = createRoute({
  getParentRoute: () => root,
  path: "/settings/general",
  component: laterPage(async () => (await import("./general/GeneralPage")).GeneralPage),
});

const credentials = createRoute({
  getParentRoute: () => root,
  path: "/settings/credentials",
  component: laterPage(async () => (await import("./credentials/CredentialsPage")).CredentialsPage),
});

const backends = createRoute({
  getParentRoute: () => root,
  path: "/settings/backends",
  validateSearch: (search: Record<string, unknown>): BackendsSearch => (search.add ? { add: "1" } : typeof search.backend === "string" && search.backend ? { backend: search.backend } : {}),
  component: laterPage(async () => (await import("./backends/BackendsPage")).BackendsPage),
});

const plugins = createRoute({
  getParentRoute: () => root,
  path: "/settings/plugins",
  validateSearch: (search: Record<string, unknown>): PluginsSearch => (typeof search.plugin === "string" && search.plugin ? { plugin: search.plugin } : {}),
  component: laterPage(async () => (await import("./plugins/PluginsPage")).PluginsPage),
});

const about = createRoute({
  getParentRoute: () => root,
  path: "/settings/about",
  component: laterPage(async () => (await import("./about/AboutPage")).AboutPage),
});

export const settingsRoutes = [index, general, credentials, backends, plugins, about] as const;
