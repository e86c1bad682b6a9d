import type { Virtualizer } from "@tanstack/react-virtual";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { calmMs, unlessFlying } from "./flight";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** A list of which 800 px are seen, and what is told while it is scrolled. */
function scrolled() {
  const element = document.createElement("div");
  const flights: boolean[] = [];
  const told: number[] = [];
  const list = { scrollElement: element, targetWindow: window, scrollRect: { width: 300, height: 800 }, scrollOffset: 0, options: { isScrollingResetDelay: calmMs } };
  const stop = unlessFlying((isFlying) => flights.push(isFlying))(list as unknown as Virtualizer<HTMLElement, Element>, (offset) => told.push(offset));
  const to = (...offsets: number[]): void => {
    for (const offset of offsets) {
      element.scrollTop = offset;
      element.dispatchEvent(new Event("scroll"));
    }
  };
  return { flights, told, to, stop };
}

describe("a flight through a long list", () => {
  it("is none while one scrolls row by row, page by page, or leaps once", () => {
    const { flights, told, to } = scrolled();
    to(40, 200, 960, 1_760, 360_000);
    expect(told).toEqual([40, 200, 960, 1_760]);
    vi.advanceTimersByTime(40);
    expect(told.at(-1)).toBe(360_000);
    to(360_400);
    expect(flights).toEqual([]);
    expect(told.slice(-2)).toEqual([360_000, 360_400]);
  });

  it("begins with the second leap, tells nothing of the way, and ends where one stays", () => {
    const { flights, told, to } = scrolled();
    to(16_000, 32_000, 48_000, 64_000);
    expect(flights).toEqual([true]);
    expect(told).toEqual([]);
    vi.advanceTimersByTime(calmMs);
    expect(flights).toEqual([true, false]);
    expect(told).toEqual([64_000]);
    to(200_000);
    vi.advanceTimersByTime(40);
    expect(flights).toHaveLength(2);
    expect(told.at(-1)).toBe(200_000);
  });

  it("ends where the leaps become steps", () => {
    const { flights, told, to } = scrolled();
    to(16_000, 32_000, 32_200);
    expect(flights).toEqual([true, false]);
    expect(told).toEqual([32_200]);
  });

  it("is heard of no more once nobody listens", () => {
    const { told, to, stop } = scrolled();
    to(16_000);
    stop?.();
    to(40);
    vi.advanceTimersByTime(calmMs);
    expect(told).toEqual([]);
  });
});
