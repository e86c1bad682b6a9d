import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { pause } from "./events";
import { frames } from "./frames";
import { gathering, merged } from "./gathering";
import type { ApiEvent } from "./schemas";

const event = (id: number, type: string, data: Record<string, unknown> = {}): ApiEvent => ({ id, type, time: "", data });

describe("events", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("are cut out of a stream wherever it was torn", () => {
    const { feed } = frames();
    const text = ': quiet\n\nid: 7\nevent: node.changed\ndata: {"id":7,"type":"node.changed","data":{"id":"n"}}\n\n';
    const found = [...text].flatMap((letter) => feed(letter));
    expect(found).toEqual([{ id: 7, type: "node.changed", time: "", data: { id: "n" } }]);
  });

  it("that are broken are left out", () => {
    expect(frames().feed("data: {nonsense\n\ndata: {}\n\n")).toEqual([]);
  });

  it("are handed over together after a moment", () => {
    const seen = vi.fn();
    const { add } = gathering(seen);
    add([event(1, "activity")]);
    vi.advanceTimersByTime(200);
    add([event(2, "activity")]);
    expect(seen).not.toHaveBeenCalled();
    vi.advanceTimersByTime(50);
    expect(seen).toHaveBeenCalledTimes(1);
    expect(seen.mock.calls[0]?.[0]).toHaveLength(2);
  });

  it("about one job count once, the last of them; changes of files all count", () => {
    const batch = [
      event(1, "job.changed", { job_id: "a", state: "running" }),
      event(2, "files.changed", { added: 1 }),
      event(3, "files.changed", { added: 2 }),
      event(4, "job.changed", { job_id: "a", state: "done" }),
    ];
    expect(merged(batch).map(({ id }) => id)).toEqual([2, 3, 4]);
  });

  it("are waited for longer after each failure, to half a minute", () => {
    expect([1, 2, 3, 10].map((failures) => pause(failures, 0.5))).toEqual([1000, 2000, 4000, 30_000]);
    expect([pause(1, 0), pause(1, 1)]).toEqual([750, 1250]);
  });
});
