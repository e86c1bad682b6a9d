import { expect, test } from "vitest";
import { aboutOf, bodyOf, draftOf, problemsOf, scopeOf } from "./pin-draft";

const gib = 1024 ** 3;
const pin = { pin_id: "p", name: "Work", node_id: "node-a", scope: { labels: ["work"] }, budget_bytes: 5 * gib, priority: 2, enabled: true, created_at: "2026-02-14T09:00:00Z", expires_at: "2026-03-01T22:59:59Z" };

test("a pin is read and written back as it was", () => {
  const draft = draftOf(pin, "");
  expect(draft).toMatchObject({ kind: "labels", labels: ["work"], budget: "5", priority: "2", expires: "2026-03-01" });
  expect(bodyOf(draft)).toMatchObject({ scope: { labels: ["work"] }, budget_bytes: 5 * gib, priority: 2 });
});

test("a new one names what is missing", () => {
  const problems = problemsOf({ ...draftOf(undefined, ""), budget: "none" });
  expect(Object.keys(problems).sort()).toEqual(["budget", "name", "node_id", "path"]);
});

test("a rule of another program is left as it is", () => {
  const draft = draftOf({ ...pin, scope: { rule: { source: {} } } }, "");
  expect(draft.kind).toBe("rule");
  expect(problemsOf(draft)).toEqual({});
  expect(bodyOf(draft).scope).toBeUndefined();
});

test("what is kept is said in words", () => {
  expect(aboutOf({ scope: { path: "/a" } })).toBe("/a");
  expect(aboutOf(pin)).toBe("Labelled work");
  expect(scopeOf({ ...draftOf(undefined, "n"), kind: "search", search: " x " })).toEqual({ search: "x" });
});
