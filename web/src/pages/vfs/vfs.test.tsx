import { act, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { type AnyDocument, documents } from "@/lib/documents";
import { type Answers, answering, type Asked, inPage, Refusal } from "@/lib/testing/in-page";
import { broken, goOffline, hasItsStates, pending, quietly } from "@/lib/testing/states";
import { directory } from "@/lib/text/directory";
import { common } from "@/lib/text/everywhere";
import { vfs as text } from "@/lib/text/vfs";
import { VfsPage } from "./VfsPage";

const file = (name: string) => ({ kind: "file", name, virtual_path: `/work/${name}`, file_id: `file::${name}`, size: 2048, mtime: "2026-01-15T14:30:00Z", node_id: "node-nas" });
const listing = (...items: object[]) => ({
  directory: { inode: 2, name: "work", origin: "document", virtual_path: "/work" },
  hidden_by_conflict: 0,
  invalid_names: 0,
  shadowed: 0,
  problems: [],
  truncated: false,
  limit: 200,
  offset: 0,
  items,
  total: items.length,
});
const branch = (name: string, children?: object[]) => ({ kind: "directory", name, virtual_path: name === "/" ? "/" : `/${name}`, mount_count: name === "/" ? 0 : 2, ...(children ? { children } : {}) });
const directories = (...paths: string[]): void =>
  act(() => documents.apply(paths.map((virtual_path) => ({ id: `dir::${virtual_path}`, doc: { _id: `dir::${virtual_path}`, type: "virtual_directory", virtual_path, name: virtual_path.slice(1), mounts: [] } as unknown as AnyDocument }))));

quietly();

let href = (): string => "";
const show = (answers: Answers, address = "/vfs/work"): Asked[] => {
  const calls = answering({
    "GET /api/vfs": () => listing(file("report.pdf")),
    "GET /api/vfs/tree": (url) => (url.searchParams.get("path") === "/" ? branch("/", [branch("work")]) : branch("work", [])),
    "POST /api/files/lookup": () => ({ items: [] }),
    ...answers,
  });
  ({ href } = inPage(VfsPage, address, undefined, "/vfs/$"));
  return calls;
};

describe("the contents of a directory", () => {
  hasItsStates({ show, call: "GET /api/vfs", what: directory.what("/work"), full: listing(file("report.pdf")), seen: "report.pdf", empty: listing(), sentence: directory.empty });

  it("say what they were narrowed by when nothing fits", async () => {
    show({}, "/vfs/work?filter=zz");
    await screen.findByText(common.filteredBy("zz"));
    await userEvent.click(screen.getByRole("button", { name: common.clearFilters }));
    expect(await screen.findByText("report.pdf")).toBeInTheDocument();
  });
});

describe("the tree of directories", () => {
  it("loads in the room of what will be there", async () => {
    show({ "GET /api/vfs/tree": pending });
    await screen.findByText("report.pdf");
    expect(screen.getByRole("status", { name: common.loading })).toBeInTheDocument();
  });

  it("says how many mounts a directory has", async () => {
    show({});
    expect(await screen.findByRole("treeitem", { name: /work/ })).toHaveTextContent(text.mounts(2));
  });

  it("says what failed and why, and tries again", async () => {
    let answer: () => unknown = broken;
    show({ "GET /api/vfs/tree": () => answer() });
    const alert = await screen.findByRole("alert");
    expect(alert).toHaveTextContent(common.failed(text.tree));
    answer = () => branch("/", []);
    await userEvent.click(within(alert).getByRole("button", { name: common.retry }));
    expect(await screen.findByRole("treeitem", { name: "/" })).toBeInTheDocument();
  });
});

describe("the first directory", () => {
  const none: Answers = { "GET /api/vfs": () => listing(), "GET /api/vfs/tree": () => branch("/", []) };

  it("is what an empty tree asks for, and is made and opened", async () => {
    const calls = show({ ...none, "POST /api/vfs/directories": () => ({}) }, "/vfs/");
    directories("/");
    await userEvent.click(await screen.findByRole("button", { name: text.firstDirectory }));
    const dialog = within(await screen.findByRole("dialog", { name: text.newDirectory }));
    await userEvent.type(dialog.getByRole("textbox", { name: /^Name/ }), "letters");
    await userEvent.click(dialog.getByRole("button", { name: text.create.verb }));
    await waitFor(() => expect(href()).toBe("/vfs/letters"));
    expect(calls.find(({ method }) => method === "POST")?.body).toEqual({ virtual_path: "/letters" });
  });

  it("is not asked for where there are others", async () => {
    show(none, "/vfs/");
    directories("/", "/work");
    await screen.findByText(directory.empty);
    expect(screen.queryByRole("button", { name: text.firstDirectory })).toBeNull();
  });

  it("says why it could not be made, and keeps what was typed", async () => {
    show({ ...none, "POST /api/vfs/directories": () => new Refusal({ status: 409, code: "conflict", message: "There is one already." }) }, "/vfs/");
    directories("/");
    await userEvent.click(await screen.findByRole("button", { name: text.firstDirectory }));
    const dialog = within(await screen.findByRole("dialog", { name: text.newDirectory }));
    await userEvent.type(dialog.getByRole("textbox", { name: /^Name/ }), "letters");
    await userEvent.click(dialog.getByRole("button", { name: text.create.verb }));
    expect(await dialog.findByRole("alert")).toHaveTextContent("There is one already.");
    expect(dialog.getByRole("textbox", { name: /^Name/ })).toHaveValue("letters");
  });
});

describe("without the server", () => {
  it("no directory is made and no mount edited, and the reason is said", async () => {
    show({});
    directories("/", "/work");
    const edit = await screen.findByRole("button", { name: text.editMounts });
    expect(edit).toBeEnabled();
    goOffline();
    expect(edit).toBeDisabled();
    expect(edit).toHaveAttribute("title", common.offlineReason);
    expect(screen.getByRole("button", { name: text.newDirectory })).toBeDisabled();
  });

  it("the menu of a directory offers nothing that writes", async () => {
    show({});
    directories("/", "/work");
    await userEvent.click(await screen.findByRole("button", { name: text.more }));
    const entry = (name: string): HTMLElement => screen.getByRole("menuitem", { name });
    const writes = [text.editMounts, text.newInside, text.rename, text.copyTo, text.applyLabels, text.remove];
    for (const name of writes) expect(entry(name)).not.toHaveAttribute("aria-disabled");
    goOffline();
    for (const name of writes) {
      expect(entry(name)).toHaveAttribute("aria-disabled", "true");
      expect(entry(name)).toHaveAttribute("title", common.offlineReason);
    }
    expect(entry(text.openFiles)).not.toHaveAttribute("aria-disabled");
  });

  it("an empty tree does not ask for a first directory that it cannot make", async () => {
    show({ "GET /api/vfs": () => listing(), "GET /api/vfs/tree": () => branch("/", []) }, "/vfs/");
    directories("/");
    const first = await screen.findByRole("button", { name: text.firstDirectory });
    goOffline();
    expect(first).toBeDisabled();
    expect(first).toHaveAttribute("title", common.offlineReason);
  });
});
