import { afterEach, describe, expect, it, vi } from "vitest";
import { addShortcut, hearKeys, sequencer } from "./shortcuts";

const ends: (() => void)[] = [];
afterEach(() => ends.splice(0).forEach((end) => end()));

function press(key: string, on: EventTarget = document.body, more: KeyboardEventInit = {}): void {
  on.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more }));
}

describe("shortcuts", () => {
  it("follows two keys as one wish, and forgets the first in time", () => {
    const follow = sequencer();
    follow("g", 0);
    expect(follow("d", 500)).toEqual(["g d", "d"]);
    follow("g", 1000);
    expect(follow("d", 9000)).toEqual(["d"]);
  });

  it("leaves letters to a field that has the focus, but not the palette", () => {
    const seen = vi.fn();
    ends.push(hearKeys(() => true));
    ends.push(addShortcut({ keys: "n", label: "", group: "everywhere", run: () => seen("n") }));
    ends.push(addShortcut({ keys: "Mod K", label: "", group: "everywhere", run: () => seen("k") }));
    const field = document.body.appendChild(document.createElement("input"));
    press("n", field);
    press("k", field, { ctrlKey: true });
    press("n");
    expect(seen.mock.calls.flat()).toEqual(["k", "n"]);
    field.remove();
  });

  it("can be told to leave letters alone", () => {
    const seen = vi.fn();
    ends.push(hearKeys(() => false));
    ends.push(addShortcut({ keys: "n", label: "", group: "everywhere", run: seen }));
    press("n");
    expect(seen).not.toHaveBeenCalled();
  });
});
