/** One decision of a filter step in words. The server knows more ops than this page; those are told by their fields. */
import type { Schema } from "@/api/schemas";
import { drawer } from "@/lib/text/drawer";
import { visible } from "@/lib/visible";

type Line = Schema<"ShownTraceLine">;
const text = drawer.explained;

const told = new Set(["from", "mount_id", "step", "op", "invert", "on_match", "raw_match", "final_match", "measured", "outcome", "problem"]);

/** `glob **\/*.tmp`, `age max_days 30`: the op and what it compares with. */
export function conditionOf(line: Line): string {
  const fields = Object.entries(line as Record<string, unknown>).filter(([name]) => !told.has(name));
  const values = fields.map(([name, value]) => (fields.length === 1 && name !== "max_days" ? shown(value) : `${name.replaceAll("_", " ")} ${shown(value)}`));
  return visible([line.op ?? "", ...values].filter(Boolean).join(" "));
}

/** `does not match, goes on`. */
export function decisionOf(line: Line): string {
  const { invert, final_match, measured, outcome, problem } = line;
  if (problem) return visible(problem);
  const match = final_match === null || final_match === undefined ? [] : [final_match ? text.matches : text.matchesNot];
  return [
    ...match,
    ...(invert ? [text.inverted] : []),
    ...(measured === null || measured === undefined ? [] : [text.measured(visible(shown(measured)))]),
    text.outcomes[outcome],
  ].join(", ");
}

function shown(value: unknown): string {
  if (typeof value === "number") return String(Math.round(value * 100) / 100);
  if (Array.isArray(value)) return value.map(shown).join(", ");
  return typeof value === "string" ? value : JSON.stringify(value);
}
