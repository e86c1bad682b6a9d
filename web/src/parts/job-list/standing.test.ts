import { describe, expect, it } from "vitest";
import type { Job } from "@/api/schemas";
import { isGoing, progressOf, titleOf } from "./standing";

const job: Job = {
  job_id: "1",
  kind: "label_bulk",
  state: "running",
  created_at: "2026-01-01T00:00:00Z",
  created_by: "owner",
  cancellable: true,
  request: {},
};

describe("a job", () => {
  it("that has planned nothing yet has no progress", () => {
    expect(progressOf(job)).toBeNull();
  });

  it("counts what was passed over and what failed as gone through", () => {
    const progress = progressOf({ ...job, counts: { planned: 10, done: 3, skipped: 1, failed: 1 }, eta_s: 40 });
    expect(progress).toEqual({ done: 5, planned: 10, words: "5 of 10 · about 40 s left" });
  });

  it("shows bytes as its share once some have moved", () => {
    const progress = progressOf({ ...job, counts: { planned: 2, done: 0 }, bytes: { planned: 2048, done: 1024 }, rate_bps: 1024 });
    expect(progress).toEqual({ done: 1024, planned: 2048, words: "0 of 2 · 1 KiB of 2 KiB · 1 KiB/s" });
  });

  it("of a kind that is not known is named by it", () => {
    expect(titleOf({ ...job, kind: "later" as Job["kind"] })).toBe("later");
    expect(isGoing(job)).toBe(true);
    expect(isGoing({ ...job, state: "failed" })).toBe(false);
  });
});
