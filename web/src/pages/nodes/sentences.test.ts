import { expect, test } from "vitest";
import { partsOf, watchedOf, whyNot } from "./sentences";

const since = "2026-02-14T09:00:00Z";
const only = (part: string, told: Record<string, unknown>) => partsOf({ subsystems: { [part]: { status: "healthy", since, ...told } } })[0];

test("a part speaks for itself where it has a message", () => {
  expect(only("transfer", { status: "degraded", message: "Address already in use" })).toMatchObject({ tone: "warn", sentence: "Address already in use", name: "Transfer server" });
});

test("the crawler says what it does and what it left out", () => {
  expect(only("crawler", { phase: "walking", watch_path: "/a", seen: 12 })?.sentence).toBe("Walking in /a: 12 files seen");
  expect(only("crawler", { phase: "idle", seen: 1, unreadable: 2 })?.sentence).toBe("Idle; 1 file seen the last time, 2 unreadable");
});

test("plugins are red when attempts are used up and amber when one is away", () => {
  expect(only("plugins", { items: [{ name: "a", standing: "ready", failed: 3 }] })).toMatchObject({ tone: "error", sentence: "1 ready; 3 jobs failed for good" });
  expect(only("plugins", { items: [{ name: "a", standing: "disconnected" }] })).toMatchObject({ tone: "warn", sentence: "0 ready; a is disconnected" });
  expect(only("plugins", { items: [{ name: "a", standing: "ready" }] })?.tone).toBe("ok");
});

test("parts stand in one order and unknown ones come last", () => {
  const part = { status: "healthy", since };
  expect(partsOf({ subsystems: { odd: part, cache: part, crawler: part } }).map(({ name }) => name)).toEqual(["Crawler", "Cache", "odd"]);
  expect(only("odd", {})?.sentence).toBe("Healthy");
});

test("watched folders are found by their path", () => {
  expect(watchedOf(null).size).toBe(0);
  const crawler = { status: "healthy", since, watch_paths: [{ path: "/a", state: "absent" }] };
  expect(watchedOf({ subsystems: { crawler } }).get("/a")?.state).toBe("absent");
});

test("a folder that is not watched says why, in a sentence", () => {
  expect(whyNot({ state: "refused", cause: "was added elsewhere" })).toBe("It was added elsewhere.");
  expect(whyNot({ state: "absent", cause: "it does not answer" })).toBe("It does not answer.");
  expect(whyNot({ state: "present", cause: "old" })).toBe("");
  expect(whyNot({})).toBe("");
});
