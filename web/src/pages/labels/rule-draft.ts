/** A rule while it is being written: what is wrong with it, and whether it differs from what is saved. Pure. */
import type { Schema } from "@/api/schemas";
import { labels as text } from "@/lib/text/labels";

export interface RuleDraft {
  name: string;
  node_id: string;
  path_prefix: string;
  labels: string[];
  enabled: boolean;
}

export type Problems = Partial<Record<keyof RuleDraft, string>>;

export function draftOf(rule?: Schema<"ShownRule">, begin: Partial<Record<"node_id" | "path_prefix", string | undefined>> = {}): RuleDraft {
  if (!rule) return { name: "", node_id: begin.node_id ?? "*", path_prefix: begin.path_prefix ?? "", labels: [], enabled: true };
  const { name, node_id, path_prefix, labels, enabled } = rule;
  return { name, node_id, path_prefix, labels: [...labels], enabled };
}

export function isPrefix(text_: string): boolean {
  return text_.endsWith("/") && (text_.startsWith("/") || /^[A-Za-z]:/.test(text_));
}

export function problemsOf(draft: RuleDraft): Problems {
  return {
    ...(draft.name.trim() ? {} : { name: text.rule.nameProblem }),
    ...(isPrefix(draft.path_prefix) ? {} : { path_prefix: text.rule.prefixProblem }),
    ...(draft.labels.length > 0 ? {} : { labels: text.rule.labelsProblem }),
  };
}

/** What the server said of single fields. */
export function refusedFields(fields: readonly { field: string; problem: string }[]): Problems {
  return Object.fromEntries(fields.map(({ field, problem }) => [field.split(/[.[]/)[0] ?? field, problem]));
}

export function isSame(one: RuleDraft, other: RuleDraft): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
