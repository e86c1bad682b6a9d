import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Conversation, type Wishes } from "./conversation";
import type { Shown, ToFrame } from "./protocol";

const shown: Shown = { kind: "text", name: "a.txt", size: 10, theme: "light", language: "en" };
const settled = () => new Promise((resolve) => setTimeout(resolve, 0));

let frame: HTMLIFrameElement;
let told: ToFrame[];
let reads: [number, number][];
let wishes: { [Key in keyof Wishes]: ReturnType<typeof vi.fn<Wishes[Key]>> };
let conversation: Conversation;

function says(data: unknown, source: Window | null = frame.contentWindow): void {
  window.dispatchEvent(new MessageEvent("message", { data, source }));
}

beforeEach(() => {
  frame = document.body.appendChild(document.createElement("iframe"));
  told = [];
  reads = [];
  wishes = { shown: vi.fn(), link: vi.fn(), save: vi.fn(), key: vi.fn() };
  vi.spyOn(frame.contentWindow!, "postMessage").mockImplementation((message: unknown) => void told.push(message as ToFrame));
  conversation = new Conversation(shown, {
    frame: () => frame.contentWindow,
    read: (start, end) => {
      reads.push([start, end]);
      return start === 7 ? Promise.reject(new Error("NAS is offline since 09:14.")) : Promise.resolve(new ArrayBuffer(end - start));
    },
    wishes,
  });
});
afterEach(() => {
  conversation.end();
  frame.remove();
});

test("a frame that is ready is told what to show, as it looks by then", () => {
  conversation.look("dark");
  says({ type: "ready" });
  expect(told).toEqual([{ type: "look", theme: "dark" }, { type: "show", ...shown, theme: "dark" }]);
});

test("only the own frame is heard", () => {
  says({ type: "ready" }, window);
  says({ type: "link", address: "https://a.example" }, null);
  expect(told).toEqual([]);
  expect(wishes.link).not.toHaveBeenCalled();
});

test("ranges are answered within the file, and a range that fails says why", async () => {
  says({ type: "read", request: 1, start: 5, end: 99 });
  says({ type: "read", request: 2, start: 50, end: 99 });
  says({ type: "read", request: 3, start: 7, end: 8 });
  await settled();
  expect(reads).toEqual([[5, 10], [7, 8]]);
  expect(told.find((each) => each.type === "unread")).toEqual({ type: "unread", request: 3, reason: "NAS is offline since 09:14." });
  expect(told.filter((each) => each.type === "bytes").map((each) => each.request).sort()).toEqual([1, 2]);
});

test("wishes are handed on", () => {
  says({ type: "link", address: "https://a.example" });
  says({ type: "key", key: "Escape" });
  expect(wishes.link).toHaveBeenCalledWith("https://a.example");
  expect(wishes.key).toHaveBeenCalledWith("Escape");
});

test("after the end nothing is heard and nothing is told", async () => {
  says({ type: "read", request: 1, start: 0, end: 1 });
  conversation.end();
  says({ type: "ready" });
  await settled();
  expect(told).toEqual([]);
});
