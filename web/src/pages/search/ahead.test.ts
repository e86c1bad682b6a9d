import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { oneAtATime } from "./ahead";

describe("calls one at a time", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("are made at once, and of those that come meanwhile the last", async () => {
    const made: string[] = [];
    const call = oneAtATime((of: string) => {
      made.push(of);
      return Promise.resolve();
    });
    for (const of of ["r", "re", "rep"]) call(of);
    expect(made).toEqual(["r"]);
    await vi.advanceTimersByTimeAsync(100);
    expect(made).toEqual(["r", "rep"]);
    await vi.advanceTimersByTimeAsync(100);
    call("repo");
    expect(made).toEqual(["r", "rep", "repo"]);
  });

  it("wait for an answer that takes its time, and go on after one that failed", async () => {
    const made: string[] = [];
    const ends: (() => void)[] = [];
    const call = oneAtATime((of: string) => {
      made.push(of);
      return new Promise((_, fail) => ends.push(fail));
    });
    call("slow");
    call("next");
    await vi.advanceTimersByTimeAsync(5_000);
    expect(made).toEqual(["slow"]);
    ends[0]?.();
    await vi.advanceTimersByTimeAsync(0);
    expect(made).toEqual(["slow", "next"]);
  });

  it("are not more in a second than the server bears", async () => {
    const made: number[] = [];
    const call = oneAtATime((of: number) => {
      made.push(of);
      return Promise.resolve();
    });
    for (let at = 0; at < 100; at += 1) {
      call(at);
      await vi.advanceTimersByTimeAsync(10);
    }
    expect(made.length).toBeLessThan(20);
    await vi.advanceTimersByTimeAsync(100);
    expect(made.at(-1)).toBe(99);
  });
});
