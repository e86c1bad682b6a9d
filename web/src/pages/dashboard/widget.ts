/** What a plugin says for the Dashboard, read out of an answer that may hold anything. Pure. */
import type { Tone } from "@/parts/things";

export interface WidgetFacts {
  status: "healthy" | "warning" | "error";
  description: string;
  pairs: readonly (readonly [string, string])[];
}

const most = 20;
const longest = 200;
export const tones: Record<WidgetFacts["status"], Tone> = { healthy: "ok", warning: "warn", error: "error" };

export function factsOf(results: readonly Record<string, unknown>[]): WidgetFacts {
  const [first = {}] = results;
  const status = first.status === "warning" || first.status === "error" ? first.status : "healthy";
  const data = typeof first.data === "object" && first.data !== null ? Object.entries(first.data) : [];
  return {
    status,
    description: typeof first.description === "string" ? first.description.slice(0, longest) : "",
    pairs: data.slice(0, most).map(([name, value]) => [name.slice(0, longest), worded(value).slice(0, longest)] as const),
  };
}

function worded(value: unknown): string {
  return typeof value === "string" ? value : typeof value === "number" ? value.toLocaleString("en-US") : (JSON.stringify(value) ?? "");
}
