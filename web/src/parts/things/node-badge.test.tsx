import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { documents } from "@/lib/documents";
import type { AnyDocument } from "@/lib/documents/types";
import { answering, inPage } from "@/lib/testing/in-page";
import { goOffline, listed, pending, quietly } from "@/lib/testing/states";
import { ago } from "@/lib/times";
import { NodeBadge } from "./node-badge";

quietly();

const minutesAgo = (minutes: number): string => new Date(Date.now() - minutes * 60_000).toISOString();
const stored = { _id: "node::node-nas", type: "node", node_id: "node-nas", friendly_name: "NAS", status: "online", platform: "linux", last_heartbeat: minutesAgo(9) };

async function hovered(document: object, nodes: () => unknown): Promise<HTMLElement> {
  documents.apply([{ id: "node::node-nas", doc: document as unknown as AnyDocument }]);
  answering({ "GET /api/nodes": nodes });
  inPage(() => <NodeBadge id="node-nas" />);
  await userEvent.hover(await screen.findByRole("link", { name: /NAS/ }));
  return screen.findByRole("tooltip");
}

describe("the facts of a node badge", () => {
  it("say when the node was heard as the list of nodes does, and not as its document was stored", async () => {
    const now = Date.now();
    const facts = await hovered(stored, () => listed({ ...stored, last_heartbeat: minutesAgo(0) }));
    await expect.poll(() => facts.textContent).toContain(ago(minutesAgo(0), now));
    expect(facts).not.toHaveTextContent(ago(stored.last_heartbeat, now));
  });

  it("say no old time of a node that answers while the new one is not known", async () => {
    const facts = await hovered(stored, pending);
    expect(facts).toHaveTextContent("Online");
    expect(facts).not.toHaveTextContent("ago");
  });

  it("say when one that does not answer was heard last", async () => {
    goOffline();
    const facts = await hovered({ ...stored, status: "offline" }, pending);
    expect(facts).toHaveTextContent(ago(stored.last_heartbeat, Date.now()));
  });
});
