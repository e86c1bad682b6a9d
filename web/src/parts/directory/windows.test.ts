import { describe, expect, it } from "vitest";
import { around, rest, wholeUpTo, windowSize } from "./windows";

describe("windows of a listing", () => {
  it("cover the whole of a small one once", () => {
    expect(rest(150)).toEqual([]);
    expect(rest(windowSize)).toEqual([]);
    expect(rest(201)).toEqual([{ offset: 200, limit: 500 }]);
    const all = rest(wholeUpTo);
    expect((all.at(-1)?.offset ?? 0) + 500).toBeGreaterThanOrEqual(wholeUpTo);
  });

  it("lie around what is seen, inside the list", () => {
    expect(around(0, 30, 100_000).map(({ offset }) => offset)).toEqual([0, 200]);
    expect(around(5000, 5030, 100_000).map(({ offset }) => offset)).toEqual([4800, 5000, 5200]);
    expect(around(99_990, 99_999, 100_000).map(({ offset }) => offset)).toEqual([99_600, 99_800]);
    expect(around(900, 930, 10).map(({ offset }) => offset)).toEqual([0]);
  });
});
