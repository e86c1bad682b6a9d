import { describe, expect, it } from "vitest";
import { widthOf } from "./column";
import { foundAgain, movedTo } from "./moving";
import { nothing, pressed } from "./selection";

const keys = ["a", "b", "c", "d", "e"];
const keyAt = (at: number): string | undefined => keys[at];
const plain = { isRange: false, isMore: false };

describe("a selection", () => {
  it("is one row, and a range from it", () => {
    const one = pressed(nothing, 1, plain, keyAt);
    const range = pressed(one, 3, { isRange: true, isMore: false }, keyAt);
    expect([...range.keys]).toEqual(["b", "c", "d"]);
    expect([...pressed(range, 0, { isRange: true, isMore: false }, keyAt).keys]).toEqual(["a", "b"]);
  });

  it("takes single rows in and out", () => {
    const two = pressed(pressed(nothing, 0, plain, keyAt), 2, { isRange: false, isMore: true }, keyAt);
    expect([...two.keys]).toEqual(["a", "c"]);
    expect([...pressed(two, 0, { isRange: false, isMore: true }, keyAt).keys]).toEqual(["c"]);
  });

  it("leaves out rows that are not loaded", () => {
    expect(pressed(nothing, 99, plain, keyAt)).toBe(nothing);
  });
});

describe("moving in a list", () => {
  it("stays inside", () => {
    expect([movedTo("ArrowUp", 0, 5, 3), movedTo("PageDown", 3, 5, 3), movedTo("End", 0, 5, 3), movedTo("x", 0, 5, 3)]).toEqual([0, 4, 4, null]);
    expect(movedTo("Home", 0, 0, 3)).toBeNull();
  });

  it("finds the row under the eye again after others came above it", () => {
    expect(foundAgain("b", 0, 5, keyAt)).toBe(1);
    expect(foundAgain("a", 4, 5, keyAt)).toBe(0);
    expect(foundAgain("gone", 2, 5, keyAt)).toBeNull();
  });
});

it("knows the room that columns need", () => {
  expect(widthOf([{ width: "minmax(160px,2fr)" }, { width: "minmax(0,1fr)" }, { width: "96px" }])).toBe(376);
});
