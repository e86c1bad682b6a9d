import { act, renderHook } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { useFlight } from "./flight";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

describe("a flight through a long list", () => {
  const seen = 20;
  const on = (from: number) => renderHook(({ from: at }) => useFlight(at, seen), { initialProps: { from } });

  it("is none while one scrolls row by row, page by page, or leaps once", () => {
    const { result, rerender } = on(0);
    for (const from of [1, 5, 24, 44, 9_000, 9_010]) {
      rerender({ from });
      expect(result.current).toBe(false);
    }
  });

  it("begins with the second leap and ends when one stays", () => {
    const { result, rerender } = on(0);
    rerender({ from: 400 });
    rerender({ from: 800 });
    expect(result.current).toBe(true);
    rerender({ from: 1_200 });
    expect(result.current).toBe(true);
    act(() => vi.advanceTimersByTime(200));
    expect(result.current).toBe(false);
    rerender({ from: 5_000 });
    expect(result.current).toBe(false);
  });

  it("ends where the leaps become steps", () => {
    const { result, rerender } = on(0);
    rerender({ from: 400 });
    rerender({ from: 800 });
    rerender({ from: 805 });
    expect(result.current).toBe(false);
  });
});
