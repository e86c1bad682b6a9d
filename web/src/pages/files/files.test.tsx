import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import { refresh } from "@/api/queries";
import { connection } from "@/lib/live/connection";
import { type Answers, answering, type Asked, inPage } from "@/lib/testing/in-page";
import { broken, goOffline, hasItsStates, pending, quietly } from "@/lib/testing/states";
import { directory as text } from "@/lib/text/directory";
import { common } from "@/lib/text/everywhere";
import { files as words } from "@/lib/text/files";
import { toast } from "@/parts/ui/toast";
import { FilesPage } from "./FilesPage";

const file = (name: string, size = 2048) => ({ kind: "file", name, virtual_path: `/work/${name}`, file_id: `file::${name}`, size, mtime: "2026-01-15T14:30:00Z", node_id: "node-nas" });
const head = {
  directory: { inode: 2, name: "work", origin: "document", virtual_path: "/work" },
  hidden_by_conflict: 0,
  invalid_names: 0,
  shadowed: 0,
  problems: [],
  truncated: false,
  limit: 200,
  offset: 0,
};
const listing = (...items: object[]) => ({ ...head, items, total: items.length });
const branch = (name: string, children?: object[]) => ({ kind: "directory", name, virtual_path: name === "/" ? "/" : `/${name}`, mount_count: 1, ...(children ? { children } : {}) });
const tree = branch("/", [branch("work"), branch("photos")]);

quietly();

let href = (): string => "";
const show = (answers: Answers, address = "/files/work"): Asked[] => {
  const calls = answering({
    "GET /api/vfs": () => listing(file("report.pdf"), file("notes.txt")),
    "GET /api/vfs/tree": (url) => (url.searchParams.get("path") === "/" ? tree : branch("work", [])),
    "POST /api/files/lookup": () => ({ items: [] }),
    ...answers,
  });
  ({ href } = inPage(FilesPage, address, undefined, "/files/$"));
  return calls;
};
const rows = async (): Promise<HTMLElement> => screen.findByRole("grid", { name: text.what("/work") });

describe("the files of a directory", () => {
  hasItsStates({ show, call: "GET /api/vfs", what: text.what("/work"), full: listing(file("report.pdf")), seen: "report.pdf", empty: listing(), sentence: text.empty });

  it("are brought by mounts, which an empty directory leads to", async () => {
    show({ "GET /api/vfs": () => listing() });
    expect(await screen.findByRole("link", { name: text.editMounts })).toHaveAttribute("href", "/vfs/work?edit=mounts");
  });

  it("are labelled and downloaded by a letter only where the menu offers it, and it is said why not", async () => {
    const said = vi.spyOn(toast, "say").mockImplementation(() => undefined);
    const calls = show({});
    const row = (await within(await rows()).findByText("report.pdf")).closest<HTMLElement>("[role=row]")!;
    goOffline();
    const before = calls.length;
    row.focus();
    await userEvent.keyboard("l");
    expect(said).toHaveBeenLastCalledWith(common.offlineReason);
    await userEvent.keyboard("d");
    expect(said).toHaveBeenCalledTimes(2);
    expect(screen.queryByRole("dialog")).toBeNull();
    expect(calls).toHaveLength(before);
    act(() => connection.set({ standing: "live", since: null }));
    await userEvent.keyboard("l");
    expect(await screen.findByRole("dialog")).toBeInTheDocument();
    expect(said).toHaveBeenCalledTimes(2);
  });

  it("have no mounts to edit where a mount itself made the directory", async () => {
    show({ "GET /api/vfs": () => ({ ...listing(), directory: { ...head.directory, origin: "synthetic" } }) });
    expect(await screen.findByText(text.empty)).toBeInTheDocument();
    expect(screen.queryByRole("link", { name: text.editMounts })).toBeNull();
  });

  it("are narrowed by name, and all come back when nothing fits", async () => {
    show({}, "/files/work?filter=zz");
    await screen.findByText(common.filteredBy("zz"));
    await userEvent.click(screen.getByRole("button", { name: common.clearFilters }));
    expect(await within(await rows()).findByText("notes.txt")).toBeInTheDocument();
    expect(screen.getByRole("searchbox", { name: words.filter })).toHaveFocus();
    expect(href()).toBe("/files/work");
  });

  it("stay, marked with their time, when asking for them again is refused", async () => {
    let answer: () => unknown = () => listing(file("report.pdf"));
    show({ "GET /api/vfs": () => answer() });
    await screen.findByText("report.pdf");
    answer = broken;
    await act(() => refresh("/api/vfs"));
    expect(await screen.findByText(/^As of \d\d:\d\d$/)).toBeInTheDocument();
    expect(screen.getByText("report.pdf")).toBeInTheDocument();
  });

  it("say how many are left out, and why", async () => {
    const problem = { code: "source_unavailable", message: "NAS was never heard." };
    show({ "GET /api/vfs": () => ({ ...listing(file("a.txt")), hidden_by_conflict: 2, problems: [problem] }) });
    expect(await screen.findByText(`${text.hiddenByConflict(2)}, ${text.problems(1)}`)).toBeInTheDocument();
    await userEvent.click(screen.getByRole("button", { name: text.explain }));
    const dialog = await screen.findByRole("dialog", { name: text.why.hiddenTitle });
    expect(dialog).toHaveTextContent(text.why.hidden);
    expect(dialog).toHaveTextContent("NAS was never heard.");
  });

  it("cannot be labelled or downloaded offline, and say why", async () => {
    show({});
    await userEvent.click(await screen.findByRole("checkbox", { name: text.select("report.pdf") }));
    const bar = within(await screen.findByRole("toolbar"));
    const acts = [text.menu.labels, text.menu.download, text.menu.keep].map((name) => bar.getByRole("button", { name }));
    for (const act of acts) expect(act).toBeEnabled();
    goOffline();
    for (const act of acts) {
      expect(act).toBeDisabled();
      expect(act).toHaveAttribute("title", common.offlineReason);
    }
  });
});

describe("the menu of a file", () => {
  it("offers offline only what needs no server, and says why", async () => {
    show({});
    fireEvent.contextMenu(await screen.findByText("report.pdf"));
    const menu = within(await screen.findByRole("menu"));
    const entry = (name: string): HTMLElement => menu.getByRole("menuitem", { name: new RegExp(`^${name}`) });
    const writes = [text.menu.labels, text.menu.download, text.menu.keep];
    for (const name of writes) expect(entry(name)).not.toHaveAttribute("aria-disabled");
    goOffline();
    for (const name of writes) {
      expect(entry(name)).toHaveAttribute("aria-disabled", "true");
      expect(entry(name)).toHaveAttribute("title", common.offlineReason);
    }
    expect(entry(text.menu.copyPath)).not.toHaveAttribute("aria-disabled");
  });
});

describe("a directory of more files than one answer holds", () => {
  const many = Array.from({ length: 200 }, (_, at) => file(`a${String(at).padStart(3, "0")}.txt`));
  const first = { ...head, items: many, total: 201 };

  it("waits for the rest in the room of rows", async () => {
    show({ "GET /api/vfs": (url) => (url.searchParams.get("offset") === "0" ? first : pending()) });
    expect(await screen.findByText(text.entries(201, 201))).toBeInTheDocument();
    expect(screen.getByRole("status", { name: common.loading })).toBeInTheDocument();
  });

  it("says that the rest is missing, and gets it on asking again", async () => {
    let answer: () => unknown = broken;
    const rest = { ...head, items: [file("b.txt")], total: 201, offset: 200 };
    show({ "GET /api/vfs": (url) => (url.searchParams.get("offset") === "0" ? first : answer()) }, "/files/work?sort=-name");
    const alert = await screen.findByRole("alert");
    expect(alert).toHaveTextContent("It broke.");
    answer = () => rest;
    await userEvent.click(within(alert).getByRole("button", { name: common.retry }));
    expect(await within(await rows()).findByText("b.txt")).toBeInTheDocument();
  });
});

describe("a directory that is shown in windows", () => {
  const many = Array.from({ length: 200 }, (_, at) => file(`a${String(at).padStart(3, "0")}.txt`));
  const long = { ...head, items: many, total: 6000 };

  it("says that rows are missing, and gets them on asking again", async () => {
    let isBroken = true;
    const asked = show({ "GET /api/vfs": (url) => (isBroken && url.searchParams.get("offset") !== "0" ? broken() : { ...long, offset: Number(url.searchParams.get("offset")) }) });
    const alert = await screen.findByRole("alert");
    expect(alert).toHaveTextContent(`${common.failed(text.someOf("/work"))}. It broke.`);
    expect(await within(await rows()).findByText("a000.txt")).toBeInTheDocument();
    isBroken = false;
    await userEvent.click(within(alert).getByRole("button", { name: common.retry }));
    await waitFor(() => expect(screen.queryByRole("alert")).toBeNull());
    expect(asked.filter(({ url }) => url.searchParams.get("offset") === "200").length).toBeGreaterThan(1);
  });
});

describe("the tree beside them", () => {
  it("loads in the room of what will be there, and the list does not wait for it", async () => {
    show({ "GET /api/vfs/tree": pending });
    expect(await screen.findByText("report.pdf")).toBeInTheDocument();
    expect(screen.getByRole("status", { name: common.loading })).toBeInTheDocument();
    expect(screen.queryByRole("tree")).toBeNull();
  });

  it("says what failed and why, and tries again", async () => {
    let answer: () => unknown = broken;
    show({ "GET /api/vfs/tree": () => answer() });
    const alert = await screen.findByRole("alert");
    expect(alert).toHaveTextContent(common.failed(words.tree));
    expect(alert).toHaveTextContent("It broke.");
    answer = () => tree;
    await userEvent.click(within(alert).getByRole("button", { name: common.retry }));
    expect(await screen.findByRole("treeitem", { name: /photos/ })).toBeInTheDocument();
  });

  it("is the top alone while there is no directory", async () => {
    show({ "GET /api/vfs/tree": () => branch("/", []), "GET /api/vfs": () => listing() }, "/files/");
    expect(await screen.findByRole("treeitem", { name: words.title })).toBeInTheDocument();
    expect(screen.getAllByRole("treeitem")).toHaveLength(1);
  });

  it("stays and leads on offline", async () => {
    show({});
    const other = await screen.findByRole("treeitem", { name: /photos/ });
    goOffline();
    await userEvent.click(other);
    await waitFor(() => expect(href()).toBe("/files/photos"));
    expect(screen.getByRole("treeitem", { name: /photos/ })).toHaveAttribute("aria-selected", "true");
  });
});
