import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { type Answers, answering, type Asked, inPage, Refusal } from "@/lib/testing/in-page";
import { broken, goOffline, hasItsStates, listed, pending, quietly } from "@/lib/testing/states";
import { common } from "@/lib/text/everywhere";
import { settings as text } from "@/lib/text/settings";
import { about } from "@/lib/text/settings-about";
import { backends } from "@/lib/text/settings-backends";
import { credentials } from "@/lib/text/settings-credentials";
import { general } from "@/lib/text/settings-general";
import { plugins } from "@/lib/text/settings-plugins";
import { AboutPage } from "./about/AboutPage";
import { BackendsPage } from "./backends/BackendsPage";
import { CredentialsPage } from "./credentials/CredentialsPage";
import { GeneralPage } from "./general/GeneralPage";
import { PluginsPage } from "./plugins/PluginsPage";

const settings = { instance_name: "Home", offline_notice_s: {} };
const key = { key_id: "MOSAICFS_1", name: "phone", scope: "full", enabled: true, created_at: "2026-01-01T00:00:00Z", last_seen: null };
const backend = { type: "storage_backend", name: "bucket", backend: "s3", mode: "source", enabled: true, created_at: "2026-01-01T00:00:00Z", live: null, secrets: {}, hosting_node_id: null };
const plugin = {
  node_id: "node-nas",
  plugin_name: "mail",
  name: "Mail",
  plugin_type: "python",
  enabled: true,
  standing: "ready",
  reason: null,
  warnings: [],
  created_at: "2026-01-01T00:00:00Z",
  settings: {},
  settings_schema: { type: "object", properties: { min_severity: { type: "string", title: "From" } } },
};
const info = {
  name: "Home",
  version: "1.2.3",
  instance_id: "i1",
  setup_date: "2026-01-01T00:00:00Z",
  node_count: 2,
  file_count: 3,
  directory_count: 4,
  rule_count: 5,
  store: { driver: "sqlite", bytes: 2048 },
  search_index: { state: "ready", documents: 3 },
};

quietly();

const tab =
  (Tab: () => React.ReactNode, address: string, others: Answers = {}) =>
  (answers: Answers): Asked[] => {
    const calls = answering({ ...others, ...answers });
    inPage(Tab, address);
    return calls;
  };

describe("the settings of the instance", () => {
  const call = "GET /api/system/settings";
  const show = tab(GeneralPage, "/settings/general", { [call]: () => Response.json(settings, { headers: { ETag: '"1"' } }), "GET /api/plugins": () => listed(), "GET /api/storage-backends": () => listed() });
  hasItsStates({ show, call, what: general.what, full: settings, seen: general.keeping });

  describe("and its channels", () => {
    hasItsStates({ show, call: "GET /api/plugins", what: general.channels, full: listed(plugin), seen: "Mail", empty: listed(), sentence: general.channel.none });
  });

  it("name how often backends are asked only where that is known, and say so where it is not", async () => {
    show({ "GET /api/storage-backends": broken });
    expect(await screen.findByRole("alert")).toHaveTextContent(common.failed(general.polls));
  });

  const stale = (): Refusal => new Refusal({ status: 412, code: "stale", message: "Somebody was first.", detail: { current: { ...settings, instance_name: "Theirs" } } });
  const changed = async (answers: Answers): Promise<[Asked[], HTMLElement]> => {
    const calls = show({ "PATCH /api/system/settings": stale, ...answers });
    const name = await screen.findByRole("textbox", { name: general.names.instance_name });
    await userEvent.clear(name);
    await userEvent.type(name, "Mine");
    await userEvent.click(screen.getByRole("button", { name: common.save }));
    return [calls, await screen.findByRole("dialog", { name: text.stale })];
  };

  it("show both versions when somebody else changed them, and take theirs", async () => {
    const [calls, dialog] = await changed({});
    expect(dialog).toHaveTextContent("Theirs");
    await userEvent.click(within(dialog).getByRole("button", { name: text.takeTheirs }));
    await waitFor(() => expect(calls.filter(({ method, url }) => method === "GET" && url.pathname === "/api/system/settings")).toHaveLength(2));
    expect(screen.queryByRole("button", { name: common.save })).toBeNull();
  });

  it("write mine on top when that is wanted", async () => {
    let answer: () => unknown = stale;
    const [calls, dialog] = await changed({ "PATCH /api/system/settings": () => answer() });
    answer = () => ({ ...settings, instance_name: "Mine" });
    await userEvent.click(within(dialog).getByRole("button", { name: text.takeMine }));
    await waitFor(() => expect(calls.filter(({ method }) => method === "PATCH").map(({ headers }) => headers.get("If-Match"))).toEqual(['"1"', null]));
  });
});

describe("the credentials", () => {
  hasItsStates({ show: tab(CredentialsPage, "/settings/credentials"), call: "GET /api/credentials", what: credentials.what, full: listed(key), seen: "phone", empty: listed(), sentence: credentials.empty });

  it("cannot be made or switched offline", async () => {
    tab(CredentialsPage, "/settings/credentials")({ "GET /api/credentials": () => listed(key) });
    const toggle = await screen.findByRole("switch", { name: credentials.switch("phone") });
    goOffline();
    expect(toggle).toBeDisabled();
    expect(screen.getByRole("button", { name: credentials.add })).toHaveAttribute("title", common.offlineReason);
  });
});

describe("the storage backends", () => {
  const call = "GET /api/storage-backends";
  hasItsStates({ show: tab(BackendsPage, "/settings/backends"), call, what: backends.what, full: listed(backend), seen: "bucket", empty: listed(), sentence: backends.empty });

  it("offer to add the first one", async () => {
    tab(BackendsPage, "/settings/backends")({ [call]: () => listed() });
    await screen.findByText(backends.empty);
    expect(screen.getAllByRole("button", { name: backends.add })).toHaveLength(2);
  });

  it("may have any name, and another one is added all the same", async () => {
    tab(BackendsPage, "/settings/backends")({ [call]: () => listed({ ...backend, name: "new" }) });
    await screen.findByRole("button", { name: backends.actions("new") });
    await userEvent.click(screen.getByRole("button", { name: backends.add }));
    expect(await screen.findByRole("dialog", { name: backends.new })).toBeInTheDocument();
    expect(screen.queryByRole("dialog", { name: "new" })).toBeNull();
  });

  it("need a node before there can be one", async () => {
    tab(BackendsPage, "/settings/backends?add=1")({ [call]: () => listed() });
    expect(await within(await screen.findByRole("dialog", { name: backends.new })).findByText(backends.noNode)).toBeInTheDocument();
  });
});

describe("the settings of plugins", () => {
  hasItsStates({ show: tab(PluginsPage, "/settings/plugins"), call: "GET /api/plugins", what: plugins.what, full: listed(plugin), seen: "Mail", empty: listed(), sentence: plugins.empty });
});

describe("the facts of the instance", () => {
  const show = tab(AboutPage, "/settings/about", { "GET /api/identity": pending, "GET /api/system/info": () => info });
  hasItsStates({ show, call: "GET /api/system/info", what: about.what, full: info, seen: "1.2.3" });

  it("say why the fingerprint is not known", async () => {
    show({ "GET /api/identity": broken });
    expect(await screen.findByText("It broke.")).toBeInTheDocument();
  });
});
