import { act, fireEvent, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Tooltip } from "./tooltip";

const shown = () => render(
  <>
    <Tooltip text="Where it lies" keys="g f">
      <button type="button">First</button>
    </Tooltip>
    <Tooltip text="Who has it">
      <button type="button" aria-describedby="own">Second</button>
    </Tooltip>
    <p id="own">Own words</p>
  </>,
);
const button = (name: string): HTMLElement => screen.getByRole("button", { name });
const words = (): string | null => screen.queryByRole("tooltip")?.textContent ?? null;
const wait = (ms: number): void => act(() => void vi.advanceTimersByTime(ms));

describe("a tooltip", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("is there once a pointer has rested on its part, and goes with it", () => {
    shown();
    fireEvent.pointerMove(button("First"));
    wait(300);
    expect(words()).toBeNull();
    wait(200);
    expect(words()).toContain("Where it lies");
    expect(button("First")).toHaveAccessibleDescription(/Where it lies/);
    fireEvent.pointerLeave(button("First"));
    wait(200);
    expect(words()).toBeNull();
    expect(button("First")).not.toHaveAttribute("aria-describedby");
  });

  it("can be gone into with the pointer", () => {
    shown();
    fireEvent.pointerMove(button("First"));
    wait(500);
    fireEvent.pointerLeave(button("First"));
    fireEvent.pointerEnter(screen.getByRole("tooltip"));
    wait(1000);
    expect(words()).toContain("Where it lies");
    fireEvent.pointerLeave(screen.getByRole("tooltip"));
    wait(200);
    expect(words()).toBeNull();
  });

  it("does not keep the next one waiting, and adds to what its part says of itself", () => {
    shown();
    fireEvent.pointerMove(button("First"));
    wait(500);
    fireEvent.pointerLeave(button("First"));
    wait(150);
    fireEvent.pointerMove(button("Second"));
    wait(0);
    expect(words()).toContain("Who has it");
    expect(button("Second")).toHaveAccessibleDescription("Own words Who has it");
  });

  it("stays away from fingers, and goes when its part is pressed", () => {
    shown();
    fireEvent.pointerMove(button("First"), { pointerType: "touch" });
    wait(500);
    expect(words()).toBeNull();
    fireEvent.pointerMove(button("First"), { pointerType: "mouse" });
    wait(500);
    fireEvent.pointerDown(button("First"));
    fireEvent.pointerMove(button("First"), { pointerType: "mouse" });
    wait(1000);
    expect(words()).toBeNull();
  });

  it("does not come for a part that came to lie under a pointer at rest", () => {
    shown();
    fireEvent.pointerEnter(button("First"), { pointerType: "mouse" });
    wait(1000);
    expect(words()).toBeNull();
  });
});

/** Browsers know; the document of these tests guesses from all that ever happened in it. */
const focusIsVisible = (isVisible: boolean): void => {
  const matches = Element.prototype.matches;
  vi.spyOn(Element.prototype, "matches").mockImplementation(function (this: Element, selector) {
    return selector === ":focus-visible" ? isVisible : matches.call(this, selector);
  });
};

describe("a tooltip for the keyboard", () => {
  afterEach(() => void vi.restoreAllMocks());

  it("is there with the focus, and Escape takes it away alone", async () => {
    focusIsVisible(true);
    shown();
    await userEvent.tab();
    expect(await screen.findByRole("tooltip")).toHaveTextContent("Where it lies");
    await userEvent.keyboard("{Escape}");
    expect(words()).toBeNull();
    expect(button("First")).toHaveFocus();
  });

  it("does not come where the focus is not to be seen", () => {
    focusIsVisible(false);
    shown();
    act(() => button("First").focus());
    expect(words()).toBeNull();
  });
});
