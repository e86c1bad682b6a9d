import { act, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, it, vi } from "vitest";
import { documents } from "@/lib/documents";
import type { AnyDocument } from "@/lib/documents/types";
import { replica } from "@/lib/live/connection";
import { type Answers, answering, inPage, type Refusal } from "@/lib/testing/in-page";
import { broken, goOffline, quietly } from "@/lib/testing/states";
import { common } from "@/lib/text/everywhere";
import { notifications as text } from "@/lib/text/notifications";
import { seenHere } from "./acknowledging";
import { NotificationPanel } from ".";

const acknowledge = "POST /api/notifications/n1/acknowledge";
const told = (actions: object[] = [], message = "Nothing more fits."): void =>
  documents.apply([
    {
      id: "notification::n1",
      doc: {
        _id: "notification::n1",
        type: "notification",
        status: "active",
        severity: "error",
        title: "Disk full",
        message,
        source: { node_id: "node-nas", component: "disk" },
        occurrence_count: 1,
        activated_at: "2026-01-15T14:30:00Z",
        first_seen: "2026-01-15T14:30:00Z",
        last_seen: "2026-01-15T14:30:00Z",
        actions,
      } as unknown as AnyDocument,
    },
  ]);

const closed = vi.fn();
const show = (answers: Answers = {}) => {
  const calls = answering(answers);
  return { calls, ...inPage(() => <NotificationPanel onClose={closed} />) };
};

quietly();
afterEach(() => {
  closed.mockClear();
  seenHere.set(new Set());
});

describe("the notifications", () => {
  it("are bones while documents are on their way for the first time", async () => {
    replica.set({ state: "starting", isKept: true });
    show();
    expect(await screen.findByRole("status", { name: common.loading })).toBeInTheDocument();
    expect(screen.queryByText(text.none)).toBeNull();
    act(() => replica.set({ state: "live", isKept: true }));
    expect(screen.getByText(text.none)).toBeInTheDocument();
  });

  it("say when nothing needs anybody", async () => {
    show();
    expect(await screen.findByText(text.none)).toBeInTheDocument();
    expect(screen.queryByRole("button", { name: text.acknowledgeAll })).toBeNull();
  });

  it("keep the lines of their message, and show what else would do something", async () => {
    told([], "Two files:\none\u202eexe\ntwo");
    show();
    expect((await screen.findByText(/^Two files/)).textContent).toBe("Two files:\none\u2039202E\u203aexe\ntwo");
  });

  it("stay offline, marked with their time, and cannot be acknowledged", async () => {
    told();
    show();
    await screen.findByText("Disk full");
    goOffline();
    expect(screen.getByText(/^As of /)).toBeInTheDocument();
    expect(screen.getByText("Disk full")).toBeInTheDocument();
    expect(screen.getByRole("button", { name: text.acknowledgeAll })).toBeDisabled();
    expect(screen.getByRole("button", { name: `${text.acknowledge}: Disk full` })).toBeDisabled();
  });

  it("leave at once when acknowledged, and come back when that is refused", async () => {
    told();
    let refuse: (refusal: Refusal) => void = () => undefined;
    const { calls } = show({ [acknowledge]: () => new Promise((resolve) => (refuse = resolve)) });
    await userEvent.click(await screen.findByRole("button", { name: `${text.acknowledge}: Disk full` }));
    expect(screen.queryByText("Disk full")).toBeNull();
    await waitFor(() => expect(calls[0]?.body).toEqual({ activated_at: "2026-01-15T14:30:00Z" }));
    refuse(broken());
    expect(await screen.findByText("Disk full")).toBeInTheDocument();
  });
});

describe("a remedy", () => {
  it("that is a page of this one is gone to", async () => {
    told([{ label: "Look", page: "/nodes/node-nas" }]);
    const { href } = show();
    await userEvent.click(await screen.findByRole("button", { name: "Look" }));
    expect(closed).toHaveBeenCalledOnce();
    await waitFor(() => expect(href()).toBe("/nodes/node-nas"));
  });

  it("that leads elsewhere, or to a call that is not known, is not offered", async () => {
    told([
      { label: "Out", page: "https://evil.example/" },
      { label: "Odd", page: "//evil.example" },
      { label: "Wipe", api: "DELETE /api/nodes/node-nas" },
    ]);
    show();
    await screen.findByText("Disk full");
    for (const name of ["Out", "Odd", "Wipe"]) expect(screen.queryByRole("button", { name })).toBeNull();
  });

  it("that changes something is asked about first, with what it calls", async () => {
    told([{ label: "Sync", api: "POST /api/nodes/node-nas/sync" }]);
    const { calls } = show({ "POST /api/nodes/node-nas/sync": () => ({}) });
    await userEvent.click(await screen.findByRole("button", { name: "Sync" }));
    const dialog = await screen.findByRole("dialog", { name: text.ask("Sync") });
    expect(dialog).toHaveTextContent("POST /api/nodes/node-nas/sync");
    expect(calls).toHaveLength(0);
    await userEvent.click(within(dialog).getByRole("button", { name: "Sync" }));
    await waitFor(() => expect(calls.map(({ method, url }) => `${method} ${url.pathname}`)).toEqual(["POST /api/nodes/node-nas/sync"]));
  });
});
