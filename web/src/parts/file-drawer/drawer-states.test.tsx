import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { refresh } from "@/api/queries";
import { pathsOf } from "@/lib/live/touches";
import { connection } from "@/lib/live/connection";
import { filesBehind, wantedPart } from "@/lib/open-file";
import { hearKeys } from "@/lib/shortcuts";
import { type Answers, answering, type Asked, inPage } from "@/lib/testing/in-page";
import { broken, goOffline, hasItsStates, pending, quietly } from "@/lib/testing/states";
import { drawer as text } from "@/lib/text/drawer";
import { common } from "@/lib/text/everywhere";
import { FileDrawer } from ".";

const id = "0194f3d0-5b2e-7f41-8c90-6a1b2c3d4e5f";
const file = {
  file_id: `file::${id}`,
  name: "scan.zip",
  mime_type: "application/zip",
  size: 2048,
  mtime: "2026-01-15T14:30:00Z",
  indexed_at: "2026-01-16T10:00:00Z",
  status: "active",
  source: { node_id: "node-nas", export_path: "/srv/a/scan.zip", export_parent: "/srv/a" },
  paths: ["/archives/scan.zip"],
  access: null,
  labels: [],
};
const labels = { file_id: file.file_id, labels: [{ label: "tax", source: "direct" }] };
const source = { kind: "source", node_id: "node-nas", path: "/srv/a/scan.zip", state: "reachable", counts: true };
const copies = { file_id: file.file_id, copies: 1, places: 1, reachable: 1, would_open: 0, safe_to_remove: [], items: [source] };
const annotation = { file_id: id, annotated_at: "2026-01-16T10:00:00Z", updated_at: "", source: {}, status: "ok", data: { pages: 3 } };
const place = { path: "/archives/scan.zip", result: "visible", summary: "Shown by the mount of /archives.", trace: [] };
const all: Answers = {
  [`GET /api/files/${id}`]: () => file,
  [`GET /api/files/file::${id}/copies`]: () => copies,
  "GET /api/labels/effective": () => labels,
  "GET /api/annotations": () => ({ scanner: annotation }),
  "GET /api/labels": () => ({ items: [], total: 0, limit: 8, offset: 0 }),
  "GET /api/explain": () => ({ items: [place] }),
};

const open = (answers: Answers = {}): Asked[] => {
  const calls = answering({ ...all, ...answers });
  inPage(() => <FileDrawer fileId={id} onClose={() => undefined} />, `/files?file=${id}`);
  return calls;
};
const timesAsked = (calls: readonly Asked[], path: string): number => calls.filter(({ url }) => url.pathname === path).length;

quietly();
let deafen = (): void => undefined;
beforeEach(() => {
  filesBehind.set([]);
  wantedPart.set(null);
  deafen = hearKeys(() => true);
});
afterEach(() => deafen());

describe("the file in the drawer", () => {
  hasItsStates({ show: open, call: `GET /api/files/${id}`, what: text.what, full: file, seen: "scan.zip" });

  it("is not downloaded without the server, and says why", async () => {
    open();
    // In its head, and in place of a preview.
    const downloads = await screen.findAllByRole("button", { name: text.download });
    expect(downloads).toHaveLength(2);
    goOffline();
    for (const download of downloads) {
      expect(download).toBeDisabled();
      expect(download).toHaveAttribute("title", common.offlineReason);
    }
  });
});

describe("its labels", () => {
  const empty = { ...labels, labels: [] };
  const field = (): Promise<HTMLElement> => screen.findByRole("combobox", { name: text.labels.add });
  hasItsStates({ show: open, call: "GET /api/labels/effective", what: text.labels.what, full: labels, seen: "tax", empty, sentence: text.labels.none });

  it("are not changed without the server", async () => {
    open();
    await field();
    goOffline();
    expect(screen.queryByRole("combobox", { name: text.labels.add })).toBeNull();
    expect(screen.queryByRole("button", { name: common.removeLabel("tax") })).toBeNull();
    expect(screen.getByText("tax")).toBeInTheDocument();
  });

  it("take the focus with l, and where they are still on their way, once they are there", async () => {
    let arrive: (answer: unknown) => void = () => undefined;
    open({ "GET /api/labels/effective": () => new Promise((resolve) => (arrive = resolve)) });
    await screen.findByRole("region", { name: text.labels.title });
    fireEvent.keyDown(document.body, { key: "l" });
    expect(screen.queryByRole("combobox", { name: text.labels.add })).toBeNull();
    await act(async () => arrive(labels));
    await waitFor(async () => expect(await field()).toHaveFocus());
  });

  it("do not take the focus a second time when the connection comes back", async () => {
    open();
    await field();
    fireEvent.keyDown(document.body, { key: "l" });
    await waitFor(async () => expect(await field()).toHaveFocus());
    goOffline();
    screen.getByRole("dialog").focus();
    act(() => connection.set({ standing: "live", since: null }));
    expect(await field()).not.toHaveFocus();
    fireEvent.keyDown(document.body, { key: "l" });
    expect(await field()).toHaveFocus();
  });
});

describe("its copies", () => {
  const empty = { ...copies, copies: 0, places: 0, would_open: null, items: [] };
  hasItsStates({ show: open, call: `GET /api/files/file::${id}/copies`, what: text.copies.what, full: copies, seen: text.copies.states.reachable, empty, sentence: text.copies.none });

  it("name the one that cannot be reached beside those that can, and say when none can", async () => {
    const away = { kind: "cache", node_id: "node-laptop", state: "unreachable", reason: "no way to it", counts: false };
    open({ [`GET /api/files/file::${id}/copies`]: () => ({ ...copies, items: [source, away] }) });
    const shown = within(await screen.findByRole("region", { name: text.copies.count(1, 1) }));
    const rows = await shown.findAllByRole("listitem");
    expect(rows[0]).toHaveTextContent(text.copies.opened);
    expect(rows[1]).toHaveTextContent("no way to it");
    expect(shown.queryByText(text.copies.noneOpens("no way to it"))).toBeNull();
  });

  it("say why none would be opened", async () => {
    open({ [`GET /api/files/file::${id}/copies`]: () => ({ ...copies, would_open: null, reason: "NAS is offline" }) });
    expect(await screen.findByText(text.copies.noneOpens("NAS is offline"))).toBeInTheDocument();
  });
});

describe("its annotations", () => {
  hasItsStates({ show: open, call: "GET /api/annotations", what: text.annotations.what, full: { scanner: annotation }, seen: "scanner", empty: {}, sentence: text.annotations.none });

  it("are not asked for again without the server", async () => {
    open();
    await screen.findByRole("button", { name: text.annotations.again });
    goOffline();
    expect(screen.queryByRole("button", { name: text.annotations.again })).toBeNull();
  });
});

describe("its explanation", () => {
  const asked = async (answers: Answers): Promise<Asked[]> => {
    const calls = open(answers);
    await userEvent.click(await screen.findByRole("button", { name: text.explained.show }));
    return calls;
  };
  hasItsStates({ show: (answers) => void asked(answers), call: "GET /api/explain", what: text.explained.what, full: { items: [place] }, seen: place.summary, empty: { items: [] }, sentence: text.explained.nowhere });

  it("is asked for only when somebody wants it", async () => {
    const calls = open();
    await screen.findByText("tax");
    expect(timesAsked(calls, "/api/explain")).toBe(0);
  });

  it("is asked for anew when a label is added while it is open", async () => {
    const calls = await asked({ "PUT /api/labels/assignments": () => ({}) });
    await screen.findByText(place.summary);
    await userEvent.type(screen.getByRole("combobox", { name: text.labels.add }), "urgent{Enter}");
    await waitFor(() => expect(timesAsked(calls, "/api/explain")).toBe(2));
  });

  it.each(["files.changed", "labels.changed", "label_rule.changed", "directory.changed", "annotations.changed", "node.changed"])("is asked for anew on %s while it is open", async (type) => {
    let summary: string = place.summary;
    await asked({ "GET /api/explain": () => ({ items: [{ ...place, summary }] }) });
    await screen.findByText(place.summary);
    summary = "Excluded by a step.";
    await act(async () => void (await Promise.all([...pathsOf([{ type } as never])].map(refresh))));
    expect(await screen.findByText(summary)).toBeInTheDocument();
  });

  it("stays beside a part that failed", async () => {
    await asked({ "GET /api/annotations": broken, "GET /api/labels/effective": pending });
    expect(await screen.findByText(place.summary)).toBeInTheDocument();
    expect(screen.getByRole("alert")).toHaveTextContent(common.failed(text.annotations.what));
  });
});
