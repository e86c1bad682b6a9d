import { expect, it } from "vitest";
import { drawn } from "./lines";

const box = { width: 600, height: 240, left: 64, right: 16, top: 12, bottom: 24 };
const day = 86_400_000;
const begin = Date.UTC(2026, 0, 1);
const points = [0, 1, 2, 3, 4].map((at) => ({ at: begin + at * day, value: at }));

it("lets the word of a tick end with the box where its half would be cut off", () => {
  const { xTicks } = drawn([{ id: "a", label: "a", points }], box);
  expect(xTicks.at(-1)).toEqual({ at: begin + 4 * day, x: box.width - box.right, isLast: true });
  expect(xTicks.slice(0, -1).map(({ isLast }) => isLast)).not.toContain(true);
});

it("keeps every word in the middle of its tick where there is room", () => {
  const { xTicks } = drawn([{ id: "a", label: "a", points }], box, { span: [begin, begin + 4.5 * day] });
  expect(xTicks.map(({ isLast }) => isLast)).not.toContain(true);
});
