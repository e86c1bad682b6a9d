/**
 * What the page and the preview frame say to each other. Both sides are built from this file and from nothing else
 * of each other. The frame shows bytes of strangers, so the page believes none of its messages: each is taken apart
 * here, and what is not exactly one of these is dropped.
 */

export const FRAMED_KINDS = ["text", "markdown", "mail", "pdf"] as const;
export type FramedKind = (typeof FRAMED_KINDS)[number];
export type Theme = "light" | "dark";

export interface Shown {
  readonly kind: FramedKind;
  readonly name: string;
  readonly size: number;
  readonly theme: Theme;
  readonly language: string;
}

export type ToFrame =
  | ({ readonly type: "show" } & Shown)
  | { readonly type: "look"; readonly theme: Theme }
  | { readonly type: "bytes"; readonly request: number; readonly bytes: ArrayBuffer }
  | { readonly type: "unread"; readonly request: number; readonly reason: string };

export type ToPage =
  | { readonly type: "ready" }
  | { readonly type: "read"; readonly request: number; readonly start: number; readonly end: number }
  | { readonly type: "shown" }
  | { readonly type: "link"; readonly address: string }
  | { readonly type: "save"; readonly name: string; readonly bytes: ArrayBuffer }
  | { readonly type: "key"; readonly key: string };

/** One request asks for at most this much; the page holds no more than a few of these at once. */
export const LONGEST_READ = 4 * 1024 * 1024;
const LONGEST_TEXT = 16 * 1024;
/** The keys that mean something to the drawer around the frame. */
const PASSED_KEYS = ["Escape"];

type Fields = Readonly<Record<string, unknown>>;

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value.length <= LONGEST_TEXT;
}

/** A message of the frame, or nothing when it is not one. */
export function fromFrame(data: unknown): ToPage | undefined {
  if (!isFields(data)) return undefined;
  const { type, request, start, end, address, name, bytes, key } = data;
  if (type === "ready" || type === "shown") return { type };
  if (type === "read" && isCount(request) && isCount(start) && isCount(end)) return { type, request, start, end };
  if (type === "link" && isText(address)) return { type, address };
  if (type === "save" && isText(name) && bytes instanceof ArrayBuffer) return { type, name, bytes };
  if (type === "key" && isText(key) && PASSED_KEYS.includes(key)) return { type, key };
  return undefined;
}

/** A message of the page, or nothing when it is not one. */
export function fromPage(data: unknown): ToFrame | undefined {
  if (!isFields(data)) return undefined;
  const { type, request, bytes, reason, theme } = data;
  if (type === "show") return shownFrom(data);
  if (type === "look" && isTheme(theme)) return { type, theme };
  if (type === "bytes" && isCount(request) && bytes instanceof ArrayBuffer) return { type, request, bytes };
  if (type === "unread" && isCount(request) && isText(reason)) return { type, request, reason };
  return undefined;
}

function isTheme(value: unknown): value is Theme {
  return value === "light" || value === "dark";
}

function shownFrom({ kind, name, size, theme, language }: Fields): ToFrame | undefined {
  const known = FRAMED_KINDS.find((each) => each === kind);
  if (known === undefined || !isText(name) || !isCount(size) || !isTheme(theme) || !isText(language)) return undefined;
  return { type: "show", kind: known, name, size, theme, language };
}

export interface Span {
  readonly start: number;
  readonly end: number;
}

/** The part of a request that lies in the file and is not too long; nothing when no byte is left. `end` is exclusive. */
export function servable(asked: Span, size: number): Span | undefined {
  const end = Math.min(asked.end, size, asked.start + LONGEST_READ);
  return asked.start < end ? { start: asked.start, end } : undefined;
}
