import { fireEvent, render, screen } from "@testing-library/react";
import { useState } from "react";
import { expect, it, vi } from "vitest";
import { Select } from "./select";
import { afterKey, beginsWith } from "./select-keys";

const options = ["Any", "Laptop", "NAS", "Notebook"].map((label) => ({ value: label.toLowerCase(), label, isDisabled: label === "Notebook" }));

function Chosen({ onChange }: { onChange: (value: string) => void }) {
  const [value, setValue] = useState("any");
  const change = (next: string): void => {
    setValue(next);
    onChange(next);
  };
  return <Select label="Node" value={value} onChange={change} options={options} />;
}

function press(...keys: string[]): void {
  for (const key of keys) fireEvent.keyDown(screen.getByRole("combobox", { name: "Node" }), { key });
}

it("is opened, walked and left by keys, and chooses what Enter takes", () => {
  const changed = vi.fn();
  render(<Chosen onChange={changed} />);
  press("ArrowDown", "ArrowDown", "ArrowDown");
  const at = document.getElementById(screen.getByRole("combobox").getAttribute("aria-activedescendant") ?? "");
  expect(at).toHaveTextContent("NAS");
  press("Enter");
  expect(changed.mock.calls).toEqual([["nas"]]);
  expect(screen.queryByRole("listbox")).toBeNull();
  expect(screen.getByRole("combobox")).toHaveTextContent("NAS");
  press(" ", "Home", "Escape");
  expect(screen.queryByRole("listbox")).toBeNull();
  expect(changed).toHaveBeenCalledTimes(1);
});

it("chooses by a click, and not what is off", () => {
  const changed = vi.fn();
  render(<Chosen onChange={changed} />);
  fireEvent.click(screen.getByRole("combobox"));
  fireEvent.click(screen.getByRole("option", { name: "Notebook" }));
  expect(changed).not.toHaveBeenCalled();
  fireEvent.click(screen.getByRole("option", { name: "Laptop" }));
  expect(changed.mock.calls).toEqual([["laptop"]]);
});

it("is closed by a press beside it", () => {
  render(<Chosen onChange={() => undefined} />);
  fireEvent.click(screen.getByRole("combobox"));
  fireEvent.pointerDown(document.body);
  expect(screen.queryByRole("listbox")).toBeNull();
});

it("goes to what begins with the letters that are typed", () => {
  const labels = options.map(({ label }) => label);
  expect([beginsWith(labels, "l", 0), beginsWith(labels, "n", 2), beginsWith(labels, "no", 2), beginsWith(labels, "x", 0)]).toEqual([1, 3, 3, null]);
});

it("leaves keys that mean nothing here to others", () => {
  expect(afterKey({ key: "Escape", altKey: false }, { at: null, chosen: 0, count: 4 })).toBeNull();
  expect(afterKey({ key: "Tab", altKey: false }, { at: 1, chosen: 0, count: 4 })).toBe("leave");
  expect(afterKey({ key: "End", altKey: false }, { at: 1, chosen: 0, count: 4 })).toBe(3);
});
