import { expect, test } from "vitest";
import { isWorthTrying, pauseBefore } from "./resume";
import { fitted, fitting, held, zoomed } from "./zoom";

const frame = { width: 400, height: 300 };

test("large pictures fit, small ones keep their size", () => {
  expect(fitting({ width: 800, height: 300 }, frame)).toBe(0.5);
  expect(fitting({ width: 10, height: 10 }, frame)).toBe(1);
  expect(fitted({ width: 0, height: 0 }, frame)).toEqual({ scale: 1, x: 0, y: 0 });
});

test("what lies under the pointer stays there", () => {
  const before = { scale: 1, x: 10, y: -20 };
  const around = { x: 60, y: 40 };
  const after = zoomed(before, 2, around);
  const under = (view: typeof before) => [(around.x - view.x) / view.scale, (around.y - view.y) / view.scale];
  expect(under(after)).toEqual(under(before));
});

test("there is an end to both", () => {
  expect(zoomed({ scale: 1, x: 0, y: 0 }, 1e9, { x: 0, y: 0 }).scale).toBe(16);
  expect(zoomed({ scale: 1, x: 0, y: 0 }, 1e-9, { x: 0, y: 0 }).scale).toBe(0.05);
});

test("a picture is not lost past the edge, and one that fits stays in the middle", () => {
  const picture = { width: 800, height: 200 };
  expect(held({ scale: 1, x: 999, y: 999 }, picture, frame)).toEqual({ scale: 1, x: 200, y: 0 });
  expect(held({ scale: 1, x: -999, y: 0 }, picture, frame)).toEqual({ scale: 1, x: -200, y: 0 });
});

test("tries become rarer, and what never played is given up", () => {
  expect([0, 1, 2, 9].map(pauseBefore)).toEqual([500, 1000, 2000, 15_000]);
  expect(isWorthTrying(0, false)).toBe(true);
  expect(isWorthTrying(1, false)).toBe(false);
  expect(isWorthTrying(99, true)).toBe(true);
});
