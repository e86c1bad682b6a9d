import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { standingOf } from "./connection";
import { pathsOf, throttle } from "./touches";

describe("what an event makes stale", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("is asked again at once, then at most once in the pause, and never forgotten", () => {
    const asked: string[] = [];
    const { ask } = throttle((path) => asked.push(path));
    for (let second = 0; second < 10; second += 1) {
      ask("/api/system/info");
      vi.advanceTimersByTime(1000);
    }
    vi.advanceTimersByTime(5000);
    expect(asked).toHaveLength(3);
  });

  it("is named once, however many events touch it", () => {
    const event = { id: 1, type: "labels.changed", time: "", data: {} };
    expect([...pathsOf([event, event])].filter((path) => path === "/api/labels")).toHaveLength(1);
  });
});

describe("the connection", () => {
  it("is live only when stream and pull are at the present", () => {
    expect(standingOf({ stream: "caught-up", pull: "live" })).toBe("live");
    expect(standingOf({ stream: "caught-up", pull: "catching-up" })).toBe("catching-up");
    expect(standingOf({ stream: "open", pull: "live" })).toBe("catching-up");
    expect(standingOf({ stream: "lost", pull: "live" })).toBe("offline");
  });
});
