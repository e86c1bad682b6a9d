import { expect, it } from "vitest";
import { dayOf, endOf, isOver } from "./expiry";

it("ends at the midnight after the chosen day, and shows that day again", () => {
  for (const chosen of ["2026-02-14", "2026-12-31", "2028-02-29"]) expect(dayOf(endOf(chosen))).toBe(chosen);
  expect(endOf("")).toBeNull();
  expect(dayOf(null)).toBe("");
});

it("works until the day is over", () => {
  const noon = new Date(2026, 1, 14, 12).getTime();
  expect(isOver("2026-02-14", noon)).toBe(false);
  expect(isOver("2026-02-13", noon)).toBe(true);
  expect(isOver("", noon)).toBe(false);
});
