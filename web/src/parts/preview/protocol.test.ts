import { expect, test } from "vitest";
import { fromFrame, fromPage, LONGEST_READ, servable } from "./protocol";

test("messages of the frame are taken as they are meant", () => {
  const bytes = new ArrayBuffer(2);
  for (const message of [
    { type: "ready" },
    { type: "shown" },
    { type: "read", request: 1, start: 0, end: 5 },
    { type: "link", address: "https://a.example" },
    { type: "save", name: "a", bytes },
    { type: "key", key: "Escape" },
  ])
    expect(fromFrame(message)).toEqual(message);
});

test("what is not exactly a message is none", () => {
  for (const data of [
    undefined, null, 1, "ready", [], {}, { type: "eval" }, { type: "read", request: 1, start: -1, end: 5 },
    { type: "read", request: 1.5, start: 0, end: 5 }, { type: "read", request: 1, start: 0, end: Infinity },
    { type: "link", address: "x".repeat(20_000) }, { type: "link", address: { toString: () => "x" } },
    { type: "save", name: "a", bytes: "text" }, { type: "key", key: "d" },
  ])
    expect(fromFrame(data)).toBeUndefined();
});

test("what else stands in a message is dropped", () => {
  expect(fromFrame({ type: "ready", __proto__: { evil: 1 }, evil: 2 })).toEqual({ type: "ready" });
});

test("the frame understands the page as strictly", () => {
  const shown = { type: "show", kind: "pdf", name: "a", size: 3, theme: "dark", language: "en" };
  expect(fromPage(shown)).toEqual(shown);
  expect(fromPage({ ...shown, kind: "exe" })).toBeUndefined();
  expect(fromPage({ ...shown, size: "3" })).toBeUndefined();
  expect(fromPage({ type: "look", theme: "pink" })).toBeUndefined();
  expect(fromPage({ type: "unread", request: 1, reason: "NAS is offline" })).toEqual({ type: "unread", request: 1, reason: "NAS is offline" });
});

test("a request gives no more than the file and no more than a piece", () => {
  expect(servable({ start: 2, end: 9 }, 5)).toEqual({ start: 2, end: 5 });
  expect(servable({ start: 5, end: 9 }, 5)).toBeUndefined();
  expect(servable({ start: 3, end: 2 }, 5)).toBeUndefined();
  expect(servable({ start: 0, end: 1e12 }, 1e12)).toEqual({ start: 0, end: LONGEST_READ });
});
