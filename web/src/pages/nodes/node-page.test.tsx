import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import { type Answers, answering, type Asked, inPage, Refusal } from "@/lib/testing/in-page";
import { broken, goOffline, hasItsStates, listed, pending, quietly } from "@/lib/testing/states";
import { common } from "@/lib/text/everywhere";
import { node as text } from "@/lib/text/nodes";
import { plugins } from "@/lib/text/plugins";
import { usage } from "@/lib/text/usage";
import { toast } from "@/parts/ui/toast";
import { NodePage } from "./NodePage";

const disk = { filesystem_id: "fs1", mount_point: "/srv", fs_type: "ext4", device: "/dev/sda1", capacity_bytes: 1000, used_bytes: 400, watch_paths_on_fs: ["/srv"] };
const node = {
  type: "node",
  node_id: "node-nas",
  friendly_name: "NAS",
  status: "online",
  platform: "linux",
  version: "1.2.3",
  last_heartbeat: "2026-01-15T14:30:00Z",
  file_count: 812,
  replica_lag_s: 0,
  watch_paths: ["/srv"],
  capabilities: [],
  vfs_capable: true,
  storage: [disk],
};
const crawler = { status: "unhealthy", since: "2026-01-15T14:30:00Z", message: "The disk is full." };
const status = { type: "agent_status", node_id: "node-nas", overall: "healthy", updated_at: "2026-01-15T14:30:00Z", subsystems: { crawler }, recent_errors: [], available_plugins: [], watch_paths: ["/srv"] };
const mounted = { mount_id: "m1", remote_node_id: "node-laptop", remote_base_export_path: "/home", local_mount_path: "/mnt/home", mount_type: "nfs", priority: 0 };
const plugin = { plugin_name: "scanner", name: "Scanner", node_id: "node-nas", plugin_type: "executable", type: "plugin", created_at: "2026-01-15T14:30:00Z", enabled: true, standing: null, reason: null, warnings: [], subscribed_events: [], config: {} };
const snapshot = () => ({ captured_at: new Date(Date.now() - 3_600_000).toISOString(), filesystems: [{ filesystem_id: "fs1", mount_point: "/srv", used_bytes: 400, available_bytes: 600 }] });
const one = "/api/nodes/node-nas";
const calls = { status: `GET ${one}/status`, holds: `GET ${one}/holds`, storage: `GET ${one}/storage`, plugins: `GET ${one}/plugins`, history: "GET /api/storage/node-nas/history" };

quietly();

const show = (answers: Answers): Asked[] => {
  const asked = answering({
    [`GET ${one}`]: () => node,
    [calls.status]: () => status,
    [calls.holds]: () => listed(),
    [calls.storage]: () => ({ storage: [disk], latest: null }),
    [calls.plugins]: () => listed(plugin),
    [calls.history]: () => listed(snapshot()),
    "GET /api/storage-backends": () => listed(),
    ...answers,
  });
  inPage(NodePage, "/nodes/node-nas", undefined, "/nodes/$nodeId");
  return asked;
};
const panel = async (title: string): Promise<HTMLElement> => (await screen.findByRole("heading", { level: 2, name: title })).closest("section")!;

describe("the page of a node", () => {
  hasItsStates({ show, call: `GET ${one}`, what: text.what, full: node, seen: "NAS" });

  it("says that there is no such node, and leads back to those that there are", async () => {
    show({ [`GET ${one}`]: () => new Refusal({ status: 404, code: "not_found", message: "Not known here." }) });
    expect(await screen.findByText(text.gone)).toBeInTheDocument();
    expect(screen.getByRole("link", { name: text.back })).toHaveAttribute("href", "/nodes");
    expect(screen.queryByRole("alert")).toBeNull();
  });

  it("keeps its other panels when one of them fails", async () => {
    show({ [calls.plugins]: broken });
    expect(await screen.findByRole("alert")).toHaveTextContent(common.failed(text.panels.plugins));
    expect(await screen.findByText("The disk is full.")).toBeInTheDocument();
    expect((await screen.findAllByText("/srv")).length).toBeGreaterThan(0);
  });

  it("changes nothing offline, and says why", async () => {
    show({});
    const add = await within(await panel(text.panels.plugins)).findByRole("button", { name: plugins.add });
    expect(add).toBeEnabled();
    goOffline();
    expect(add).toBeDisabled();
    expect(add).toHaveAttribute("title", common.offlineReason);
    expect(screen.getByRole("button", { name: text.sync })).toBeDisabled();
  });
});

describe("how its parts fare", () => {
  it("loads in the room of what will be there", async () => {
    show({ [calls.status]: pending });
    expect(within(await panel(text.panels.status)).getByRole("status", { name: common.loading })).toBeInTheDocument();
  });

  it("is not known of a node that never told", async () => {
    show({ [calls.status]: () => new Refusal({ status: 404, code: "not_found", message: "Not known here." }) });
    expect(await within(await panel(text.panels.status)).findByText(text.neverTold)).toBeInTheDocument();
  });

  it("says what failed and why, and tries again", async () => {
    let answer: () => unknown = broken;
    show({ [calls.status]: () => answer() });
    const shown = within(await panel(text.panels.status));
    expect(await shown.findByRole("alert")).toHaveTextContent("It broke.");
    answer = () => status;
    await userEvent.click(shown.getByRole("button", { name: common.retry }));
    expect(await shown.findByText("The disk is full.")).toBeInTheDocument();
  });

  it("does not look old while the node is heard, since every change is told at once", async () => {
    show({});
    const shown = await panel(text.panels.status);
    await within(shown).findByText("The disk is full.");
    expect(shown).toHaveTextContent(text.toldLive);
    goOffline();
    expect(shown).not.toHaveTextContent(text.toldLive);
    expect(shown).toHaveTextContent(text.told);
  });

  it("is what a node that does not answer told last, and says so", async () => {
    show({ [`GET ${one}`]: () => ({ ...node, status: "offline" }) });
    const shown = await panel(text.panels.status);
    expect(await within(shown).findByText("The disk is full.")).toBeInTheDocument();
    expect(shown).toHaveTextContent("This node does not answer.");
    expect(shown).not.toHaveTextContent(text.toldLive);
  });
});

describe("a watched folder that another disk lies at", () => {
  const watching = (folder: object) => ({ ...status, subsystems: { crawler: { status: "degraded", watch_paths: [{ path: "/srv", origin: "file", files: 3, ...folder }] } } });
  const accept = `POST ${one}/accept-path`;

  it("is taken as the same by a person, and says when that was refused", async () => {
    let answer: () => unknown = broken;
    const said = vi.spyOn(toast, "failed").mockImplementation(() => undefined);
    const done = vi.spyOn(toast, "done").mockImplementation(() => undefined);
    const asked = show({ [calls.status]: () => watching({ state: "absent", cause: "it is another folder than before", other: true }), [accept]: () => answer() });
    const shown = within(await panel(text.panels.watch));
    await userEvent.click(await shown.findByRole("button", { name: text.watch.accept }));
    await expect.poll(() => said.mock.calls.map(([what]) => what)).toEqual([text.watch.acceptFailed("/srv")]);
    answer = () => ({ job_id: "j1", kind: "path_accept", state: "queued" });
    await userEvent.click(shown.getByRole("button", { name: text.watch.accept }));
    await expect.poll(() => done.mock.calls.map(([what]) => what)).toEqual([text.watch.accepted("/srv")]);
    expect(asked.filter(({ method }) => method === "POST").map(({ body }) => body)).toEqual([{ path: "/srv" }, { path: "/srv" }]);
  });

  it("is not offered where nothing lies there at all", async () => {
    show({ [calls.status]: () => watching({ state: "absent", cause: "no such file or directory" }) });
    const shown = within(await panel(text.panels.watch));
    await shown.findByText(text.watch.states.absent ?? "");
    expect(shown.queryByRole("button", { name: text.watch.accept })).toBeNull();
  });
});

describe("a panel that is there only when there is something in it", () => {
  const hold = { hold_id: "h1", path: "/srv/photos", missing: 900, known: 1000, since: "2026-01-15T14:30:00Z", examples: [] };
  const hosted = { type: "storage_backend", name: "bucket", backend: "s3", mode: "source", enabled: true, created_at: "2026-01-01T00:00:00Z", live: null, secrets: {}, hosting_node_id: "node-nas" };

  it.each([
    [text.panels.holds, calls.holds, listed(hold), text.holds.missing(900, 1000)],
    [text.panels.backends, "GET /api/storage-backends", listed(hosted), "bucket"],
    [text.panels.errors, calls.status, status, `${text.errors.none}. ${text.errors.noneMore}`],
  ])("is there too when nobody knows: %s", async (title, call, full, seen) => {
    let answer: () => unknown = broken;
    show({ [call]: () => answer() });
    const shown = within(await panel(title));
    expect(await shown.findByRole("alert")).toHaveTextContent(common.failed(title));
    answer = () => full;
    await userEvent.click(shown.getByRole("button", { name: common.retry }));
    expect(await shown.findByText(seen)).toBeInTheDocument();
  });
});

describe("its panels", () => {
  describe("of plugins", () => {
    hasItsStates({ show, call: calls.plugins, what: text.panels.plugins, full: listed(plugin), seen: "Scanner", empty: listed(), sentence: `${plugins.none}. ${plugins.noneMore}` });
  });

  it("add a plugin although one is called “new”", async () => {
    show({ [calls.plugins]: () => listed({ ...plugin, plugin_name: "new", name: "Fresh" }) });
    const shown = within(await panel(text.panels.plugins));
    await shown.findByText("Fresh");
    await userEvent.click(shown.getByRole("button", { name: plugins.add }));
    expect(await screen.findByRole("dialog", { name: plugins.drawer.new })).toBeInTheDocument();
    expect(screen.queryByRole("dialog", { name: plugins.drawer.edit("Fresh"), hidden: true })).toBeNull();
  });

  describe("of use over time", () => {
    hasItsStates({ show, call: calls.history, what: usage.what, full: listed(snapshot()), seen: "/srv", empty: listed(), sentence: usage.none });
  });

  it("say what a network mount is for while there is none", async () => {
    show({});
    expect(await panel(text.panels.mounts)).toHaveTextContent(text.mounts.none);
  });

  it("show network mounts, which are not changed offline", async () => {
    show({ [`GET ${one}`]: () => ({ ...node, network_mounts: [mounted] }) });
    const shown = within(await panel(text.panels.mounts));
    expect(shown.getByRole("button", { name: text.mounts.edit("/mnt/home") })).toBeInTheDocument();
    goOffline();
    expect(shown.queryByRole("button", { name: text.mounts.edit("/mnt/home") })).toBeNull();
    expect(shown.getByRole("cell", { name: "NFS" })).toBeInTheDocument();
  });

  it("say what a disk is reported for while there is none", async () => {
    show({ [`GET ${one}`]: () => ({ ...node, storage: [] }) });
    expect(await panel(text.panels.storage)).toHaveTextContent(text.storage.none);
  });

  it("keep the disks that the node told of when the newest numbers fail", async () => {
    show({ [calls.storage]: broken });
    const shown = within(await panel(text.panels.storage));
    expect(await shown.findByRole("alert")).toHaveTextContent(common.failed(text.panels.storage));
    expect(shown.getByRole("meter", { name: text.storage.name("/srv") })).toBeInTheDocument();
  });

  it("tell of held deletions only when there are some", async () => {
    const hold = { hold_id: "h1", path: "/srv/photos", missing: 900, known: 1000, since: "2026-01-15T14:30:00Z", examples: ["/srv/photos/a.jpg"] };
    show({ [calls.holds]: () => listed(hold) });
    expect(await panel(text.panels.holds)).toHaveTextContent(text.holds.missing(900, 1000));
  });

  it("say that there were no errors", async () => {
    show({});
    expect(await within(await panel(text.panels.errors)).findByText(text.errors.none, { exact: false })).toBeInTheDocument();
    expect(screen.queryByRole("heading", { name: text.panels.holds })).toBeNull();
  });
});
