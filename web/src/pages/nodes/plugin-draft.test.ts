import { expect, test } from "vitest";
import { optionsOf } from "@/parts/schema-form";
import { configIn, draftOf, emptyDraft, foundAs, isTouched, patchOf, problemsOf, refusedFields } from "./plugin-draft";

const options = optionsOf({ properties: { url: { type: "string" }, token: { type: "secret" } } });
const shown = {
  type: "plugin" as const,
  plugin_name: "webhook",
  plugin_type: "python" as const,
  name: "Webhook",
  node_id: "node-nas",
  enabled: true,
  created_at: "2026-02-14T09:00:00Z",
  reason: null,
  standing: "ready",
  warnings: [],
  config: { a: 1 },
  settings: { url: "https://x", token: "__REDACTED__" },
};

test("a draft that nobody touched sends nothing", () => {
  const saved = draftOf(shown, options);
  expect(patchOf(saved, saved, options, true)).toEqual({});
  expect(isTouched(saved, saved, options)).toBe(false);
});

test("only what was changed is sent; a member that left the configuration is taken out", () => {
  const saved = draftOf(shown, options);
  const draft = { ...saved, enabled: false, config: '{"b": 2}', workers: "4", options: { ...saved.options, token: { isSet: true, text: "new" } } };
  expect(patchOf(draft, saved, options, true)).toEqual({ enabled: false, config: { a: null, b: 2 }, workers: 4, secrets: { token: "new" } });
  expect(patchOf(draft, saved, options, false)).not.toHaveProperty("workers");
});

test("a configuration has to be an object", () => {
  expect(configIn("")).toEqual({});
  expect(configIn("[1]")).toContain("has to begin with {");
  expect(configIn("{")).toContain("This is no JSON object");
});

test("limits are whole numbers, and looked at only where they count", () => {
  const draft = { ...emptyDraft(), plugin_name: "x", workers: "0" };
  expect(problemsOf(draft, true)).toEqual({ workers: "A whole number from 1 to 32." });
  expect(problemsOf({ ...draft, plugin_name: " " }, false)).toEqual({ plugin_name: "Name the plugin." });
});

test("an instance is found by the name before its @", () => {
  const found = { name: "webhook", kind: "distribution", version: "1", title: "Webhook", standing: "ready", reason: "", configured: false };
  expect(foundAs([found], "webhook@home")).toBe(found);
  expect(foundAs([found], "other")).toBeUndefined();
});

test("refusals of options are left to the options", () => {
  expect(refusedFields([{ field: "settings.url", problem: "a" }, { field: "workers", problem: "b" }, { field: "odd", problem: "c" }])).toEqual({ workers: "b", other: "c" });
});
