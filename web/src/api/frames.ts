/** Cuts a stream of text into events. Pure: text in, events out. */
import type { ApiEvent } from "./schemas";

export interface Frames {
  /** Events that this piece of the stream completed. */
  feed: (piece: string) => ApiEvent[];
}

export function frames(): Frames {
  let rest = "";
  return {
    feed: (piece) => {
      const parts = (rest + piece).split(/\r?\n\r?\n/);
      rest = parts.pop() ?? "";
      return parts.map(eventOf).filter((event) => event !== null);
    },
  };
}

function eventOf(frame: string): ApiEvent | null {
  const data = frame
    .split(/\r?\n/)
    .filter((line) => line.startsWith("data:"))
    .map((line) => line.slice(5).trimStart())
    .join("\n");
  if (!data) return null;
  try {
    const event = JSON.parse(data) as Partial<ApiEvent>;
    return typeof event.type === "string" ? { id: 0, time: "", data: {}, ...event, type: event.type } : null;
  } catch {
    return null;
  }
}
