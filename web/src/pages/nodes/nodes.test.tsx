import { act, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { type AnyDocument, documents } from "@/lib/documents";
import { type Answers, answering, type Asked, inPage } from "@/lib/testing/in-page";
import { goOffline, hasItsStates, listed, quietly } from "@/lib/testing/states";
import { common } from "@/lib/text/everywhere";
import { nodes as text } from "@/lib/text/nodes";
import { NodesPage } from "./NodesPage";

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
};
const call = "GET /api/nodes";

quietly();

let href = (): string => "";
const show = (answers: Answers, address = "/nodes"): Asked[] => {
  const calls = answering({ [call]: () => listed(node), ...answers });
  ({ href } = inPage(NodesPage, address));
  return calls;
};

describe("the list of nodes", () => {
  hasItsStates({ show, call, what: text.what, full: listed(node), seen: "NAS", empty: listed(), sentence: text.empty });

  it("leads from an empty list to the first node", async () => {
    show({ [call]: () => listed(), "POST /api/nodes/join-codes": () => new Promise(() => undefined) });
    await screen.findByText(text.empty);
    await userEvent.click(screen.getAllByRole("button", { name: text.add })[1]!);
    expect(await screen.findByRole("dialog", { name: text.joining.title })).toBeInTheDocument();
    expect(href()).toBe("/nodes?add=1");
  });

  it("lets none join offline, and says why", async () => {
    show({ [call]: () => listed() });
    await screen.findByText(text.empty);
    const adds = screen.getAllByRole("button", { name: text.add });
    expect(adds).toHaveLength(2);
    goOffline();
    for (const add of adds) {
      expect(add).toBeDisabled();
      expect(add).toHaveAttribute("title", common.offlineReason);
    }
  });

  it("says what it was narrowed by when no node fits, and widens again", async () => {
    show({}, "/nodes?status=offline&kind=bridge&q=attic");
    await screen.findByText(common.filteredBy(`attic, ${common.status.offline}, ${common.role.bridge}`));
    await userEvent.click(screen.getByRole("button", { name: common.clearFilters }));
    expect(await screen.findByRole("grid", { name: text.what })).toHaveTextContent("NAS");
    expect(href()).toBe("/nodes");
  });

  it("names a node that went away meanwhile and keeps it, with what it held", async () => {
    show({});
    const grid = await screen.findByRole("grid", { name: text.what });
    expect(grid).toHaveTextContent(common.status.online);
    act(() => documents.apply([{ id: "node::node-nas", doc: { ...node, _id: "node::node-nas", status: "offline" } as unknown as AnyDocument }]));
    expect(grid).toHaveTextContent(common.status.offline);
    expect(grid).toHaveTextContent("NAS");
  });
});
