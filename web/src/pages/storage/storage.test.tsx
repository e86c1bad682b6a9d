import { act, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import { type AnyDocument, documents } from "@/lib/documents";
import { type Answers, answering, type Asked, inPage, Refusal } from "@/lib/testing/in-page";
import { goOffline, hasItsStates, listed, quietly } from "@/lib/testing/states";
import { common } from "@/lib/text/everywhere";
import { storage as text } from "@/lib/text/storage";
import { usage } from "@/lib/text/usage";
import { PinsPage } from "./PinsPage";
import { UsagePage } from "./UsagePage";

const nas = { _id: "node::node-nas", type: "node", node_id: "node-nas", friendly_name: "NAS", status: "online", platform: "linux", last_heartbeat: "2026-01-15T14:30:00Z", watch_paths: ["/srv"] };
const filled = { nodes: [{ node_id: "node-nas", capacity_bytes: 1000, used_bytes: 400, available_bytes: 600, filesystems: [{ mount_point: "/srv" }] }], backends: [], cache: [] };
const account = { backend: "bucket", node_id: "node-nas", used_bytes: 2048, quota_bytes: null };
const pin = { pin_id: "p1", name: "Trip", node_id: "node-nas", scope: { path: "/photos/trip" }, budget_bytes: 1024 ** 3, priority: 0, enabled: true, created_at: "2026-01-15T14:30:00Z", state: "kept", bytes: 2048, kept_bytes: 2048 };
const measured = () => listed({ captured_at: new Date(Date.now() - 3_600_000).toISOString(), filesystems: [{ filesystem_id: "fs1", mount_point: "/srv", used_bytes: 400 }] });
const [fills, history, pins] = ["GET /api/storage", "GET /api/storage/node-nas/history", "GET /api/pins"] as const;

quietly();

const usagePage = (answers: Answers, address = "/storage/usage"): Asked[] => {
  const calls = answering({ [fills]: () => filled, [history]: measured, ...answers });
  inPage(UsagePage, address);
  return calls;
};
const pinsPage = (answers: Answers, address = "/storage/copies"): Asked[] => {
  const calls = answering({ [pins]: () => listed(pin), ...answers });
  inPage(PinsPage, address);
  return calls;
};

describe("the use of all disks", () => {
  hasItsStates({ show: usagePage, call: fills, what: text.what, full: filled, seen: "40 %", empty: { nodes: [], backends: [], cache: [] }, sentence: text.empty });

  it("tells of an account without a limit what it holds, and dashes for the rest", async () => {
    usagePage({ [fills]: () => ({ ...filled, backends: [account] }) });
    const row = within(await screen.findByRole("table", { name: text.what })).getByRole("row", { name: /bucket/ });
    expect(row).toHaveTextContent("2 KiB");
    expect(within(row).getAllByText("\u2013").length).toBeGreaterThan(1);
  });
});

describe("the use over time", () => {
  beforeEach(() => documents.apply([{ id: nas._id, doc: nas as unknown as AnyDocument }]));

  hasItsStates({ show: usagePage, call: history, what: usage.what, full: measured(), seen: "/srv", empty: listed(), sentence: usage.none });

  it("says which range holds nothing, and goes back to the usual one", async () => {
    usagePage({ [history]: (url) => (url.searchParams.get("days") === "30" ? measured() : listed()) }, "/storage/usage?period=2020-01-01..2020-01-31");
    await screen.findByText(common.filteredBy("2020-01-01 \u2013 2020-01-31"));
    await userEvent.click(screen.getByRole("button", { name: common.clearFilters }));
    expect((await screen.findAllByText("/srv")).length).toBeGreaterThan(0);
  });

  it("is left out while there is no node to tell of", async () => {
    act(() => documents.clear());
    usagePage({});
    await screen.findByRole("table", { name: text.what });
    expect(screen.queryByText(text.over)).toBeNull();
  });
});

describe("what is kept offline", () => {
  hasItsStates({ show: pinsPage, call: pins, what: text.pins.what, full: listed(pin), seen: "Trip", empty: listed(), sentence: text.pins.empty });

  it("begins with the first thing to keep", async () => {
    pinsPage({ [pins]: () => listed() });
    await screen.findByText(text.pins.empty);
    await userEvent.click(screen.getAllByRole("button", { name: text.pins.add })[1]!);
    expect(await screen.findByRole("dialog", { name: text.pins.new })).toBeInTheDocument();
  });

  it("is neither added nor switched offline, and says why", async () => {
    pinsPage({});
    const toggle = await screen.findByRole("switch", { name: text.pins.switch("Trip") });
    const add = screen.getByRole("button", { name: text.pins.add });
    expect(toggle).toBeEnabled();
    goOffline();
    expect(toggle).toBeDisabled();
    expect(add).toBeDisabled();
    expect(add).toHaveAttribute("title", common.offlineReason);
  });

  it("says what found no room", async () => {
    pinsPage({ [pins]: () => listed({ ...pin, state: "blocked", blocked_files: 3, blocked_bytes: 2048 }) });
    expect(await screen.findByRole("grid", { name: text.pins.what })).toHaveTextContent(`${text.pins.states.blocked}, ${text.pins.blocked} ${text.pins.noRoom(3, "2 KiB")}`);
  });

  it("is written down in a drawer that says why it was refused, and keeps what was typed", async () => {
    const refusal = new Refusal({ status: 409, code: "conflict", message: "The node is shut out." });
    pinsPage({ "PATCH /api/pins/p1": () => refusal, "POST /api/pins/preview": () => ({ files: 0 }) }, "/storage/copies?pin=p1");
    const dialog = within(await screen.findByRole("dialog", { name: text.pins.change("Trip") }));
    expect(await dialog.findByText(text.pins.nothing)).toBeInTheDocument();
    await userEvent.type(dialog.getByRole("textbox", { name: /^Name/ }), " home");
    await userEvent.click(dialog.getByRole("button", { name: common.save }));
    expect(await dialog.findByRole("alert")).toHaveTextContent("The node is shut out.");
    expect(dialog.getByRole("textbox", { name: /^Name/ })).toHaveValue("Trip home");
  });
});
