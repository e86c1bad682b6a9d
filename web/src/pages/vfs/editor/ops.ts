/** The steps that this page can edit: what each is asked with. Pure. */
import { steps } from "@/lib/text/steps";
import { type RawStep, without } from "./draft";

const { kinds } = steps;

export type FieldKind = "text" | "mono" | "days" | "bytes" | "list" | "nodes" | "json" | "choice";

export interface OpField {
  name: string;
  kind: FieldKind;
  label: string;
  placeholder?: string;
  choices?: readonly { value: string; label: string }[];
  /** May stay empty. */
  isOptional?: boolean;
}

export interface Op {
  op: string;
  label: string;
  fields: readonly OpField[];
  /** Letters of `flags` that a person may switch. */
  flags?: readonly { letter: string; label: string }[];
  begin: Record<string, unknown>;
}

const days: readonly OpField[] = [
  { name: "max_days", kind: "days", label: "At most", placeholder: "days", isOptional: true },
  { name: "min_days", kind: "days", label: "At least", placeholder: "days", isOptional: true },
];

export const ops: readonly Op[] = [
  { op: "glob", label: kinds.glob, begin: { pattern: "*" }, fields: [{ name: "pattern", kind: "mono", label: "Pattern", placeholder: "*.pdf" }], flags: [{ letter: "i", label: "Ignore case" }] },
  { op: "regex", label: kinds.regex, begin: { pattern: "" }, fields: [{ name: "pattern", kind: "mono", label: "Expression", placeholder: "report-\\d+" }], flags: [{ letter: "i", label: "Ignore case" }] },
  { op: "age", label: kinds.age, begin: { max_days: 30 }, fields: days },
  {
    op: "size",
    label: kinds.size,
    begin: { min_bytes: 1_048_576 },
    fields: [
      { name: "min_bytes", kind: "bytes", label: "At least", placeholder: "1 MiB", isOptional: true },
      { name: "max_bytes", kind: "bytes", label: "At most", placeholder: "1 GiB", isOptional: true },
    ],
  },
  { op: "mime", label: kinds.mime, begin: { types: ["image/*"] }, fields: [{ name: "types", kind: "list", label: "Types", placeholder: "image/*" }] },
  { op: "node", label: kinds.node, begin: { node_ids: [] }, fields: [{ name: "node_ids", kind: "nodes", label: "Nodes" }] },
  { op: "label", label: kinds.label, begin: { labels: [] }, fields: [{ name: "labels", kind: "list", label: "All of" }] },
  {
    op: "replicated",
    label: kinds.replicated,
    begin: { target_name: "", status: "current" },
    fields: [
      { name: "target_name", kind: "text", label: "Target" },
      { name: "status", kind: "choice", label: "State", choices: ["current", "stale", "frozen", "pending_deletion", "any"].map((value) => ({ value, label: value.replace("_", " ") })) },
    ],
  },
  {
    op: "access_age",
    label: kinds.access_age,
    begin: { max_days: 30, missing: "include" },
    fields: [
      ...days,
      {
        name: "missing",
        kind: "choice",
        label: "Never opened",
        choices: [
          { value: "include", label: "matches" },
          { value: "exclude", label: "does not match" },
        ],
      },
    ],
  },
  {
    op: "annotation",
    label: kinds.annotation,
    begin: { plugin_name: "", key: "" },
    fields: [
      { name: "plugin_name", kind: "text", label: "Plugin" },
      { name: "key", kind: "mono", label: "Key", placeholder: "exif.model" },
      { name: "value", kind: "json", label: "Value", isOptional: true },
      { name: "regex", kind: "mono", label: "Expression", isOptional: true },
    ],
  },
];

export function opOf(step: RawStep): Op | undefined {
  return ops.find(({ op }) => op === step.op);
}

/** Another kind of step keeps what every step has. */
export function withOp(step: RawStep, op: Op): RawStep {
  const { invert, on_match } = step;
  return { op: op.op, ...op.begin, ...(invert === undefined ? {} : { invert }), on_match: on_match ?? "continue" };
}

export function withFlag(step: RawStep, letter: string, isOn: boolean): RawStep {
  const { flags, ...rest } = step;
  const others = String(flags ?? "").replaceAll(letter, "");
  const next = isOn ? others + letter : others;
  return next ? { ...rest, op: step.op, flags: next } : { ...rest, op: step.op };
}

/** An empty field is left out. */
export function withField(step: RawStep, name: string, value: unknown): RawStep {
  return value === undefined || value === "" ? without(step, name) : { ...step, [name]: value };
}

const units: Record<string, number> = { "": 1, b: 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3, t: 1024 ** 4 };

/** `10 MiB`, `1.5g`, `300`; `null` when it is no size. */
export function bytesOf(text: string): number | null {
  const found = /^\s*(\d+(?:[.,]\d+)?)\s*([kmgt]?)(?:i?b)?\s*$/i.exec(text);
  if (!found) return null;
  return Math.round(Number((found[1] ?? "").replace(",", ".")) * (units[(found[2] ?? "").toLowerCase()] ?? 1));
}

/** The largest unit that says it exactly. */
export function bytesText(bytes: unknown): string {
  if (typeof bytes !== "number") return "";
  const names = ["B", "KiB", "MiB", "GiB", "TiB"];
  let value = bytes;
  let at = 0;
  while (value >= 1024 && value % 1024 === 0 && at < names.length - 1) {
    value /= 1024;
    at += 1;
  }
  return `${value} ${names[at] ?? ""}`;
}
