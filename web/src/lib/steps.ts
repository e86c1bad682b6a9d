/** What a filter step asks for, in words. The server knows more ops than this page; those are told by their fields. */
import type { Schema } from "@/api/schemas";
import { plural, size } from "./sizes";
import { steps as text } from "./text/steps";
import { visible } from "./visible";

type Fields = Readonly<Record<string, unknown>>;
export type Step = Pick<Schema<"ShownTraceLine">, "op" | "invert">;

const ofEach = new Set(["from", "mount_id", "step", "op", "invert", "on_match", "raw_match", "final_match", "measured", "outcome", "problem"]);
const days = (value: unknown): string => plural(Number(value), "day");
const bytes = (value: unknown): string => size(Number(value));

const said: Record<string, (value: unknown) => string> = {
  pattern: shown,
  flags: (value) => (shown(value).includes("i") ? text.ignoringCase : ""),
  max_days: (value) => text.atMost(days(value)),
  min_days: (value) => text.atLeast(days(value)),
  max_bytes: (value) => text.atMost(bytes(value)),
  min_bytes: (value) => text.atLeast(bytes(value)),
  types: shown,
  node_ids: shown,
  labels: shown,
  target_name: shown,
  plugin_name: shown,
  key: shown,
  status: (value) => text.state(shown(value)),
  missing: (value) => (value === "include" ? text.neverOpened : ""),
  value: (value) => text.is(JSON.stringify(value)),
  regex: (value) => text.like(shown(value)),
};
const order = Object.keys(said);

/** `Name or path: not *.tmp, ignoring case`. */
export function conditionOf(step: Step, nameOf: (nodeId: string) => string = (id) => id): string {
  const given = Object.entries(step as Fields).filter(([name, value]) => !ofEach.has(name) && value !== null && value !== undefined);
  given.sort(([one], [other]) => order.indexOf(one) - order.indexOf(other));
  const parts = given.map(([name, value]) => {
    if (name === "node_ids" && Array.isArray(value)) return value.map((id) => nameOf(String(id))).join(", ");
    return said[name]?.(value) ?? `${name.replaceAll("_", " ")} ${shown(value)}`;
  });
  const asked = [step.invert ? text.not : "", parts.filter(Boolean).join(", ")].filter(Boolean).join(" ");
  const kind = (text.kinds as Record<string, string>)[step.op ?? ""] ?? step.op ?? "";
  return visible(asked && kind ? `${kind}: ${asked}` : kind || asked);
}

export function shown(value: unknown): string {
  if (typeof value === "number") return String(Math.round(value * 100) / 100);
  if (Array.isArray(value)) return value.map(shown).join(", ");
  return typeof value === "string" ? value : JSON.stringify(value);
}
