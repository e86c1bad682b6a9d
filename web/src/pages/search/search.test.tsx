import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Answers, answering, type Asked, inPage, Refusal } from "@/lib/testing/in-page";
import { search as text } from "@/lib/text/search";
import { askedOf } from "./asked";
import { recent } from "./recent";
import { NameAndPlace } from "./Row";
import { SearchPage } from "./SearchPage";

const found = (name: string, at: number) => ({
  file_id: `file::0194f3d0-5b2e-7f41-8c90-6a1b2c3d4e${at}0`,
  name,
  mime_type: "text/plain",
  size: 10,
  mtime: "2026-01-15T14:30:00Z",
  source: { node_id: "node-nas", export_path: `/srv/${name}`, export_parent: "/srv" },
  paths: [`/docs/${name}`, `/recent/${name}`],
  labels: [],
  match: { field: "name", ranges: [[0, 3]] },
});
const page = (items: object[]) => ({ items, total: items.length, limit: 100, took_ms: 1, interpretation: "Names that contain \u201crep\u201d" });
const lines = (...all: object[]) => new Response(all.map((one) => `${JSON.stringify(one)}\n`).join(""), { headers: { "Content-Type": "application/x-ndjson" } });
const envelope = { capability: "search", description: "Full text", node_id: "node-nas", plugin_name: "fulltext", took_ms: 12, total: 1 };

const show = (address: string, answers: Answers): Asked[] => {
  const calls = answering({ "POST /api/query": () => lines({ omitted: [] }), ...answers });
  inPage(SearchPage, address, askedOf as never);
  return calls;
};

beforeEach(() => {
  recent.set([]);
});
afterEach(() => {
  vi.unstubAllGlobals();
});

describe("the search page", () => {
  it("says what can be searched for before anything is", async () => {
    const calls = show("/search", {});
    expect(await screen.findByText(text.start)).toBeInTheDocument();
    expect(calls).toHaveLength(0);
  });

  it("shows what was found, with its meaning and its count", async () => {
    show("/search?q=rep", { "GET /api/search": () => page([found("report.txt", 1), found("<img onerror>.txt", 2)]) });
    expect(await screen.findByText("2 files")).toBeInTheDocument();
    expect(screen.getByRole("heading", { name: /File names: Names that contain/ })).toBeInTheDocument();
  });

  it("marks what fits in a name, and shows the rest of it as text", () => {
    const file = found("<img onerror>.txt", 2) as never;
    inPage(() => <NameAndPlace file={file} ranges={[[0, 4]]} />);
    return waitFor(() => {
      expect(screen.getByText("<img", { selector: "mark" })).toBeInTheDocument();
      expect(screen.getByTitle("<img onerror>.txt")).toHaveTextContent("<img onerror>.txt");
      expect(document.querySelector("img")).toBeNull();
    });
  });

  it("says what it was filtered by when nothing fits, and clears it", async () => {
    show("/search?q=rep&type=image", { "GET /api/search": (url) => page(url.searchParams.has("type") ? [] : [found("report.txt", 1)]) });
    await screen.findByText("Filtered by rep.");
    await userEvent.click(screen.getAllByRole("button", { name: "Clear filters" })[0] as HTMLElement);
    expect(await screen.findByText("1 file")).toBeInTheDocument();
  });

  it("shows a wrong term at the field and no list", async () => {
    const problem = "\u201csize:xx\u201d cannot be searched for: write it like size:>10M";
    show("/search?q=size:xx", { "GET /api/search": () => new Refusal({ status: 422, code: "validation_failed", message: problem, fields: [{ field: "q", problem }] }) });
    expect(await screen.findByRole("alert")).toHaveTextContent(problem);
    expect(screen.getByRole("searchbox")).toHaveAttribute("aria-invalid", "true");
    expect(screen.queryByRole("grid")).toBeNull();
  });

  it("says what failed and offers to try again", async () => {
    show("/search?q=rep", { "GET /api/search": () => new Refusal({ status: 500, code: "internal", message: "It broke." }) });
    expect(await screen.findByRole("alert")).toHaveTextContent("The search could not be shown");
  });

  it("shows answers of plugins with their fragments as text, and names who did not answer", async () => {
    const file = found("plan.txt", 3);
    show("/search?q=rep", {
      "GET /api/search": () => page([]),
      "POST /api/query": () =>
        lines(
          { ...envelope, results: [{ file_id: file.file_id, fragments: ["a **rep** <b>x</b>"] }, { title: "Elsewhere" }] },
          { omitted: [{ node_id: "node-laptop", reason: "offline", message: "node-laptop is offline." }] },
        ),
      "POST /api/files/lookup": () => ({ items: [file], missing: [] }),
    });
    const section = await screen.findByRole("region", { name: "Full text" });
    expect(await within(section).findByRole("button", { name: "plan.txt" })).toBeInTheDocument();
    expect(section).toHaveTextContent("a rep <b>x</b>");
    expect(section).toHaveTextContent("titleElsewhere");
    expect(screen.getByText("1 of 2 answered.")).toBeInTheDocument();
    expect(screen.getByText(/node-laptop did not: offline/)).toBeInTheDocument();
  });

  it("shows no section when nobody offers searches", async () => {
    show("/search?q=rep", { "GET /api/search": () => page([found("report.txt", 1)]) });
    await screen.findByText("1 file");
    expect(screen.getAllByRole("heading", { level: 2 }).map(({ textContent }) => textContent)).not.toContain("Full text");
    expect(screen.queryByText(/answered/)).toBeNull();
  });

  it("asks from the first key on, and stays with the words at Enter", async () => {
    const calls = show("/search", { "GET /api/search": () => page([found("report.txt", 1)]) });
    await userEvent.type(await screen.findByRole("searchbox"), "rep{Enter}");
    const asked = (): (string | null)[] => calls.filter(({ url }) => url.pathname === "/api/search").map(({ url }) => url.searchParams.get("q"));
    await waitFor(() => expect(asked()).toContain("rep"));
    expect(asked()[0]).toBe("r");
    expect(recent.get()).toEqual(["rep"]);
  });

  it("is kept as a directory with the same search", async () => {
    const calls = show("/search?q=rep&label=tax", { "GET /api/search": () => page([]), "POST /api/vfs/directories": () => ({}) });
    await userEvent.click(await screen.findByRole("button", { name: text.save.button }));
    await userEvent.click(screen.getByRole("button", { name: "Save" }));
    await waitFor(() => expect(calls.find(({ url }) => url.pathname === "/api/vfs/directories")?.body).toMatchObject({ virtual_path: "/rep", mounts: [{ source: { search: "rep label:tax" } }] }));
  });
});
