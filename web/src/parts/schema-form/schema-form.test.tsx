import { fireEvent, render, screen } from "@testing-library/react";
import { type ReactNode, useState } from "react";
import { expect, test } from "vitest";
import { changedOf, draftOf, isChanged, optionsOf, type OptionsDraft, problemsOf, refusedOptions, SchemaForm, shownOf } from ".";

const schema = {
  properties: {
    url: { type: "string", title: "Address", pattern: "^https?://.+" },
    retries: { type: "number", minimum: 1, maximum: 5, default: 3 },
    loud: { type: "boolean" },
    level: { type: "enum", enum: ["low", "high"], default: "low" },
    token: { type: "secret", title: "Token" },
    odd: { type: "array" },
  },
  required: ["url", "token"],
};
const options = optionsOf(schema);

test("what is unknown in a schema has no field", () => {
  expect(options.map(({ name }) => name)).toEqual(["url", "token", "retries", "loud", "level"]);
  expect(optionsOf(null)).toEqual([]);
});

test("an untouched form sends nothing, not even its secret", () => {
  const saved = draftOf(options, { url: "http://x", token: "__REDACTED__" });
  expect(problemsOf(options, saved)).toEqual({});
  expect(isChanged(changedOf(options, saved, saved))).toBe(false);
});

test("only what changed is sent, numbers as numbers, and an emptied option is taken out", () => {
  const saved = draftOf(options, { url: "http://x", retries: 2, level: "high", token: "__REDACTED__" });
  const draft: OptionsDraft = { ...saved, retries: "5", level: "", loud: true, token: { isSet: true, text: "new" } };
  expect(changedOf(options, draft, saved)).toEqual({ settings: { retries: 5, level: null, loud: true }, secrets: { token: "new" } });
});

test("problems are found before the server is asked", () => {
  const draft: OptionsDraft = { ...draftOf(options, {}), url: "ftp:x", retries: "9" };
  expect(problemsOf(options, draft)).toEqual({ url: "This has to match ^https?://.+", retries: "At most 5.", token: "This is needed." });
  expect(problemsOf(options, { ...draft, retries: "many" }).retries).toBe("This has to be a number.");
});

test("a problem that the server names reaches its field", () => {
  expect(refusedOptions(options, [{ field: "settings.url", problem: "is odd" }, { field: "name", problem: "?" }])).toEqual({ url: "is odd" });
});

function Form({ saved }: { saved: Record<string, unknown> }): ReactNode {
  const [draft, setDraft] = useState(() => draftOf(options, saved));
  return <SchemaForm options={options} draft={draft} problems={problemsOf(options, draft)} onChange={setDraft} />;
}

test("a secret that is set shows dots until it is to be changed", () => {
  render(<Form saved={{ url: "http://x", token: "__REDACTED__" }} />);
  expect(screen.queryByDisplayValue("__REDACTED__")).toBeNull();
  fireEvent.click(screen.getByRole("button", { name: "Change" }));
  const field = screen.getByLabelText(/^Token/);
  expect(field).toHaveProperty("type", "password");
  expect(screen.getByRole("alert").textContent).toBe("This is needed.");
  fireEvent.change(field, { target: { value: "abc" } });
  expect(screen.queryByRole("alert")).toBeNull();
  fireEvent.click(screen.getByRole("button", { name: "Keep what is set" }));
  expect(screen.getByRole("button", { name: "Change" })).toBeTruthy();
});

test("what belongs to a switch is behind it and only there while that is on, or while something is wrong there", () => {
  const ordered = optionsOf({ properties: { mock: { type: "boolean" }, mock_files: { type: "number", maximum: 9 }, mock_quick: { type: "boolean" }, endpoint: { type: "string" }, mocking: { type: "string" } } });
  const names = (draft: OptionsDraft): string[] => shownOf(ordered, draft, problemsOf(ordered, draft)).map(({ name }) => name);
  expect(names({ mock: false })).toEqual(["endpoint", "mocking", "mock"]);
  expect(names({ mock: true })).toEqual(["endpoint", "mocking", "mock", "mock_files", "mock_quick"]);
  expect(names({ mock: false, mock_files: "99" })).toEqual(["endpoint", "mocking", "mock", "mock_files"]);
});

test("every field has its name and its problem", () => {
  render(<Form saved={{}} />);
  expect(screen.getByLabelText(/^Address/).getAttribute("aria-invalid")).toBe("true");
  expect(screen.getByLabelText("Retries")).toHaveProperty("placeholder", "3");
  expect(screen.getByRole("switch", { name: "Loud" })).toBeTruthy();
  expect(screen.getByRole("combobox", { name: "Level" }).textContent).toContain("low (default)");
});
