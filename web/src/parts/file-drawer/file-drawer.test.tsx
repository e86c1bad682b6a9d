import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Answers, answering, type Asked, inPage, Refusal } from "@/lib/testing/in-page";
import { filesBehind, wantedPart } from "@/lib/open-file";
import { drawer as text } from "@/lib/text/drawer";
import { FileDrawer } from ".";

const id = "0194f3d0-5b2e-7f41-8c90-6a1b2c3d4e5f";
const file = {
  file_id: `file::${id}`,
  name: "in\u202evoice<img>.zip",
  mime_type: "application/zip",
  size: 2048,
  mtime: "2026-01-15T14:30:00Z",
  indexed_at: "2026-01-16T10:00:00Z",
  status: "active",
  source: { node_id: "node-nas", export_path: "/srv/a/x.zip", export_parent: "/srv/a" },
  paths: ["/archives/x.zip"],
  access: null,
  labels: [],
};
const labels = {
  file_id: `file::${id}`,
  labels: [
    { label: "tax", source: "direct" },
    { label: "work", source: "rule", rule_id: "r1", rule_name: "Work documents" },
  ],
};
const copies = {
  file_id: `file::${id}`,
  copies: 1,
  places: 1,
  reachable: 1,
  would_open: 1,
  safe_to_remove: [],
  items: [
    { kind: "source", node_id: "node-nas", path: "/srv/a/x.zip", state: "unreachable", reason: "no way to it", counts: true },
    { kind: "cache", node_id: "node-laptop", state: "partial", cached_bytes: 1024, counts: false },
  ],
};
const all: Answers = {
  [`GET /api/files/${id}`]: () => file,
  [`GET /api/files/file::${id}/copies`]: () => copies,
  "GET /api/labels/effective": () => labels,
  "GET /api/annotations": () => ({}),
  "GET /api/labels": () => ({ items: [], total: 0, limit: 8, offset: 0 }),
};

const closed = vi.fn();
const open = (answers: Answers = all): Asked[] => {
  const calls = answering(answers);
  inPage(() => <FileDrawer fileId={id} onClose={closed} />, `/files?file=${id}`);
  return calls;
};
const section = async (name: string): Promise<HTMLElement> => screen.findByRole("region", { name });

beforeEach(() => {
  closed.mockClear();
  filesBehind.set([]);
  wantedPart.set(null);
});
afterEach(() => vi.unstubAllGlobals());

describe("the file drawer", () => {
  it("names the file as text, whatever its name does", async () => {
    open();
    expect(await screen.findByRole("dialog", { name: "in\u2039202E\u203avoice<img>.zip" })).toBeInTheDocument();
    expect(document.querySelector("img")).toBeNull();
    expect(await section("Details")).toHaveTextContent(text.details.neverOpened);
  });

  it("says what failed when the file is not known", async () => {
    open({});
    expect(await screen.findByRole("alert")).toHaveTextContent("This file could not be shown");
    expect(screen.getByRole("alert")).toHaveTextContent("Not known here.");
  });

  it("marks the copy that would be opened, and says why another cannot be", async () => {
    open();
    const rows = await within(await section("1 copy in 1 place")).findAllByRole("listitem");
    expect(rows[0]).toHaveTextContent("Not reachable");
    expect(rows[0]).toHaveTextContent("no way to it");
    expect(rows[0]).not.toHaveTextContent(text.copies.opened);
    expect(rows[1]).toHaveTextContent(text.copies.opened);
    expect(rows[1]).toHaveTextContent("Partly cached: 1 KiB of 2 KiB");
  });

  it("keeps its other parts when one of them fails", async () => {
    open({ ...all, "GET /api/annotations": () => new Refusal({ status: 500, code: "internal", message: "It broke." }) });
    expect(await screen.findByRole("alert")).toHaveTextContent("Annotations of this file could not be shown");
    expect(await screen.findByRole("region", { name: "Labels" })).toHaveTextContent("tax");
  });

  it("says that annotations come from plugins while there are none", async () => {
    open();
    expect(within(await section("Annotations")).queryByRole("list")).toBeNull();
    expect(await screen.findByText(text.annotations.none)).toBeInTheDocument();
  });

  it("shows what a plugin said as text, and a failure with its error", async () => {
    const one = { file_id: id, annotated_at: "2026-01-16T10:00:00Z", updated_at: "", source: { node_id: "node-nas" }, status: "ok" };
    open({
      ...all,
      "GET /api/annotations": () => ({
        exif: { ...one, data: { camera: "<b>X100</b>", deep: { a: { b: 1 } }, on: true } },
        ocr: { ...one, data: {}, status: "failed", error: "no memory" },
      }),
    });
    const shown = await section("Annotations");
    await waitFor(() => expect(shown).toHaveTextContent("<b>X100</b>"));
    expect(shown).toHaveTextContent("onYes");
    expect(shown).toHaveTextContent("no memory");
  });

  it("closes with Space and not from within a field", async () => {
    open();
    await userEvent.type(await screen.findByRole("combobox", { name: text.labels.add }), "a b");
    expect(closed).not.toHaveBeenCalled();
    screen.getByRole("dialog").focus();
    await userEvent.keyboard(" ");
    expect(closed).toHaveBeenCalledOnce();
  });

  it("says that a deleted file is gone, and offers neither preview nor download", async () => {
    open({ ...all, [`GET /api/files/${id}`]: () => ({ ...file, status: "deleted", deleted_at: "2026-02-01T00:00:00Z" }) });
    expect(await screen.findByText(text.deleted, { exact: false })).toBeInTheDocument();
    expect(screen.queryByRole("button", { name: text.download })).toBeNull();
  });
});

describe("its labels", () => {
  it("are added with Enter, beside those that were given", async () => {
    const calls = open({ ...all, "PUT /api/labels/assignments": () => ({}) });
    await userEvent.type(await screen.findByRole("combobox", { name: text.labels.add }), "urgent{Enter}");
    await waitFor(() => expect(calls.find(({ method }) => method === "PUT")?.body).toEqual({ file_id: `file::${id}`, labels: ["tax", "urgent"] }));
  });

  it("are taken back when the control plane refuses", async () => {
    open({ ...all, "PUT /api/labels/assignments": () => new Refusal({ status: 403, code: "forbidden", message: "No." }) });
    await userEvent.click(await screen.findByRole("button", { name: "Remove label tax" }));
    await waitFor(() => expect(screen.getByRole("button", { name: "Remove label tax" })).toBeInTheDocument());
  });

  it("of a rule lead to it and cannot be taken away", async () => {
    open();
    const link = await screen.findByRole("link", { name: /work/ });
    expect(link).toHaveAttribute("href", "/labels/rules?rule=r1");
    expect(screen.queryByRole("button", { name: "Remove label work" })).toBeNull();
  });
});
