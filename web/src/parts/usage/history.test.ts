import { expect, test } from "vitest";
import { periodOf, seriesOf, unitFor } from "./history";

const hour = 3_600_000;
const day = 24 * hour;
const now = Date.parse("2026-02-14T12:00:00Z");

test("a period is one of three, or two dates, or thirty days", () => {
  expect(periodOf("7", now)).toEqual({ days: 7, span: [now - 7 * day, now] });
  expect(periodOf("nonsense", now).days).toBe(30);
  const { days, span } = periodOf("2026-02-01..2026-02-03", now);
  expect(days).toBeGreaterThanOrEqual(13);
  expect(span[1] - span[0]).toBe(3 * day - 1000);
  expect(periodOf("2020-01-01..2020-01-02", now).days).toBe(90);
});

function snapshot(at: number, used: number) {
  const use = { filesystem_id: "u", mount_point: "/", used_bytes: used, available_bytes: 1 };
  return { type: "utilization_snapshot" as const, node_id: "n", captured_at: new Date(at).toISOString(), filesystems: [use], cloud: [{ backend: "mail", used_bytes: 5 }] };
}

test("long histories are thinned, and the newest is never left out", () => {
  const all = Array.from({ length: 2160 }, (_, at) => snapshot(now - (2159 - at) * hour, at));
  const [disk, cloud] = seriesOf(all, [0, now]);
  expect(disk?.label).toBe("/");
  expect(cloud?.label).toBe("mail");
  expect(disk?.points.length).toBeLessThanOrEqual(200);
  expect(disk?.points.at(-1)).toEqual({ at: now, value: 2159 });
});

test("what lies outside the period has no point", () => {
  expect(seriesOf([snapshot(now - 9 * day, 1)], [now - 7 * day, now])).toEqual([]);
});

test("grid lines stand at multiples of the unit that sizes are told in", () => {
  const series = (value: number) => [{ id: "a", label: "a", points: [{ at: 0, value }] }];
  expect(unitFor(series(30 * 1024 ** 3))).toBe(1024 ** 3);
  expect(unitFor(series(0))).toBe(1);
});
