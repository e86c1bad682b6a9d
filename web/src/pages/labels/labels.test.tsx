import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { type Answers, answering, type Asked, inPage, Refusal } from "@/lib/testing/in-page";
import { broken, goOffline, hasItsStates, listed, quietly } from "@/lib/testing/states";
import { common } from "@/lib/text/everywhere";
import { labels as text } from "@/lib/text/labels";
import { AssignmentsPage } from "./AssignmentsPage";
import { RulesPage } from "./RulesPage";

const assignment = {
  file_id: "file::0194f3d0-5b2e-7f41-8c90-6a1b2c3d4e5f",
  labels: ["tax"],
  updated_at: "2026-01-15T14:30:00Z",
  file: { name: "a.txt", source: { node_id: "node-nas", export_path: "/srv/a.txt", export_parent: "/srv" } },
};
const label = { label: "tax", assignment_count: 2, rule_count: 1 };
const rule = {
  rule_id: "r1",
  name: "Work",
  node_id: "*",
  path_prefix: "/srv/work/",
  labels: ["work"],
  enabled: true,
  match_count: 7,
  created_at: "2026-01-15T14:30:00Z",
};
const rules = "GET /api/labels/rules";
const one = "/api/labels/rules/r1";

quietly();

const assignments = (answers: Answers, address = "/labels/assignments"): Asked[] => {
  const calls = answering({ "GET /api/labels": () => listed(label), "GET /api/labels/assignments": () => listed(assignment), ...answers });
  inPage(AssignmentsPage, address);
  return calls;
};

const rulesPage = (answers: Answers, address = "/labels/rules"): Asked[] => {
  const calls = answering({
    [rules]: () => listed(rule),
    [`GET ${one}`]: () => Response.json(rule, { headers: { ETag: '"1"' } }),
    "POST /api/labels/rules/preview": () => ({ total: 0, items: [] }),
    ...answers,
  });
  inPage(RulesPage, address);
  return calls;
};

describe("the list of labelled files", () => {
  hasItsStates({
    show: assignments,
    call: "GET /api/labels/assignments",
    what: text.assignments.what,
    full: listed(assignment),
    seen: text.assignments.updated,
    empty: listed(),
    sentence: text.assignments.empty,
  });

  it("says what it was filtered by when nothing fits, and clears it", async () => {
    assignments({ "GET /api/labels/assignments": (url) => (url.searchParams.has("label") ? listed() : listed(assignment)) }, "/labels/assignments?label=gone");
    await screen.findByText(common.filteredBy("gone"));
    await userEvent.click(screen.getByRole("button", { name: common.clearFilters }));
    expect(await screen.findByRole("grid")).toBeInTheDocument();
  });

  it("keeps the files that are there when the rest of them fails, and asks no more by itself", async () => {
    const calls = assignments({ "GET /api/labels/assignments": (url) => (url.searchParams.has("cursor") ? broken() : { ...listed(assignment), next_cursor: "2" }) });
    expect(await screen.findByRole("alert")).toHaveTextContent(common.failed(text.assignments.rest));
    expect(screen.getByRole("grid")).toBeInTheDocument();
    expect(calls.filter(({ url }) => url.searchParams.has("cursor"))).toHaveLength(1);
  });
});

describe("the list of all labels", () => {
  hasItsStates({
    show: assignments,
    call: "GET /api/labels",
    what: text.all.what,
    full: listed(label),
    seen: "2 files, 1 rule",
    empty: listed(),
    sentence: text.all.empty,
  });

  it("says what it was narrowed by when nothing fits, and widens again", async () => {
    assignments({ "GET /api/labels": (url) => (url.searchParams.has("prefix") ? listed() : listed(label)) });
    await userEvent.type(await screen.findByRole("searchbox", { name: text.all.narrow }), "zz");
    await screen.findByText(common.filteredBy("zz"));
    await userEvent.click(screen.getByRole("button", { name: common.clearFilters }));
    expect(await screen.findByText("2 files, 1 rule")).toBeInTheDocument();
  });
});

describe("the list of rules", () => {
  hasItsStates({ show: rulesPage, call: rules, what: text.rules.what, full: listed(rule), seen: "Work", empty: listed(), sentence: text.rules.empty });

  it("says what it was narrowed by when no rule fits", async () => {
    rulesPage({});
    await userEvent.type(await screen.findByRole("searchbox", { name: text.rules.find }), "zz");
    await screen.findByText(common.filteredBy("zz"));
    await userEvent.click(screen.getByRole("button", { name: common.clearFilters }));
    expect(await screen.findByRole("grid")).toBeInTheDocument();
  });

  it("makes no rules without the server, and says why", async () => {
    rulesPage({ [rules]: () => listed() });
    const first = await screen.findByRole("button", { name: text.rules.first });
    goOffline();
    expect(first).toBeDisabled();
    expect(first).toHaveAttribute("title", common.offlineReason);
  });

  it("switches at once, and takes it back when that is refused", async () => {
    let refuse: (refusal: Refusal) => void = () => undefined;
    rulesPage({ [`PATCH ${one}`]: () => new Promise((resolve) => (refuse = resolve)) });
    const toggle = await screen.findByRole("switch", { name: text.rules.switch("Work") });
    await userEvent.click(toggle);
    expect(toggle).not.toBeChecked();
    refuse(broken());
    await waitFor(() => expect(toggle).toBeChecked());
  });
});

describe("the drawer of a rule", () => {
  const stale = (): Refusal => new Refusal({ status: 412, code: "stale", message: "Somebody was first.", detail: { current: { ...rule, name: "Theirs" } } });
  const changed = async (answers: Answers): Promise<Asked[]> => {
    const calls = rulesPage({ [`PATCH ${one}`]: stale, ...answers }, "/labels/rules?rule=r1");
    const name = await screen.findByRole("textbox", { name: /^Name/ });
    await waitFor(() => expect(calls.some(({ method, url }) => method === "GET" && url.pathname === one)).toBe(true));
    await userEvent.clear(name);
    await userEvent.type(name, "Mine");
    await userEvent.click(screen.getByRole("button", { name: common.save }));
    return calls;
  };
  const both = async (): Promise<HTMLElement> => screen.findByRole("dialog", { name: text.rule.stale });

  it("shows both versions of one that somebody else changed, and takes theirs", async () => {
    const calls = await changed({});
    const dialog = await both();
    expect(dialog).toHaveTextContent("Theirs");
    expect(dialog).toHaveTextContent("Mine");
    const reads = calls.filter(({ method, url }) => method === "GET" && url.pathname === one).length;
    await userEvent.click(within(dialog).getByRole("button", { name: text.rule.theirs }));
    expect(screen.getByRole("textbox", { name: /^Name/ })).toHaveValue("Theirs");
    // What is saved next is measured against the version that was taken.
    await waitFor(() => expect(calls.filter(({ method, url }) => method === "GET" && url.pathname === one)).toHaveLength(reads + 1));
  });

  it("writes mine on top when that is wanted", async () => {
    let answer: () => unknown = stale;
    const calls = await changed({ [`PATCH ${one}`]: () => answer() });
    answer = () => ({ ...rule, name: "Mine" });
    await userEvent.click(within(await both()).getByRole("button", { name: text.rule.mine }));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    const sent = calls.filter(({ method }) => method === "PATCH");
    expect(sent.map(({ headers }) => headers.get("If-Match"))).toEqual(['"1"', null]);
    expect(sent[1]?.body).toMatchObject({ name: "Mine" });
  });

  it("says what a deletion loses before it deletes", async () => {
    const calls = rulesPage({ [`DELETE ${one}`]: () => undefined }, "/labels/rules?rule=r1");
    await userEvent.click(await screen.findByRole("button", { name: text.rule.delete }));
    const dialog = await screen.findByRole("dialog", { name: text.rule.deleteTitle("Work") });
    expect(dialog).toHaveTextContent(text.rule.loss(7));
    expect(calls.some(({ method }) => method === "DELETE")).toBe(false);
    await userEvent.click(within(dialog).getByRole("button", { name: text.rule.delete }));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(calls.filter(({ method }) => method === "DELETE")).toHaveLength(1);
  });

  it("keeps a rule whose deletion is refused, and says why", async () => {
    rulesPage({ [`DELETE ${one}`]: broken }, "/labels/rules?rule=r1");
    await userEvent.click(await screen.findByRole("button", { name: text.rule.delete }));
    const dialog = await screen.findByRole("dialog", { name: text.rule.deleteTitle("Work") });
    await userEvent.click(within(dialog).getByRole("button", { name: text.rule.delete }));
    expect(await within(dialog).findByText("It broke.")).toBeInTheDocument();
  });
});
