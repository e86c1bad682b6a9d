import { describe, expect, it } from "vitest";
import { ago, duration } from "./times";

const now = Date.parse("2026-02-16T12:00:00Z");
const before = (seconds: number): string => new Date(now - seconds * 1000).toISOString();

describe("times", () => {
  it.each([
    [3, "just now"],
    [40, "40 s ago"],
    [61, "1 minute ago"],
    [3 * 3600, "3 hours ago"],
    [26 * 3600, "yesterday"],
    [5 * 86_400, "5 days ago"],
    [21 * 86_400, "3 weeks ago"],
    [90 * 86_400, "2 months ago"],
    [800 * 86_400, "2 years ago"],
  ])("says %i s ago in words", (seconds, text) => {
    expect(ago(before(seconds), now)).toBe(text);
  });

  it("takes a clock that is a little ahead for now, and says how far ahead otherwise", () => {
    expect(ago(before(-5), now)).toBe("just now");
    expect(ago(before(-600), now)).toBe("in 10 min");
    expect(ago("2027-01-01T00:00:00Z", now)).toBe("2027-01-01");
  });

  it("leaves what is no time as it is", () => {
    expect(ago("soon", now)).toBe("soon");
  });

  it("tells how long something takes", () => {
    expect([40, 180, 7800].map(duration)).toEqual(["40 s", "3 min", "2 h 10 min"]);
  });
});
