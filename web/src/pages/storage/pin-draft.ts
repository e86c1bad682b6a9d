/** What a node is to keep, while it is being written. Pure. */
import type { Schema } from "@/api/schemas";
import { storage as text } from "@/lib/text/storage";

export type Pin = Schema<"ShownPin">;
export type ScopeKind = "path" | "labels" | "search" | "rule";

export interface PinDraft {
  name: string;
  node_id: string;
  kind: ScopeKind;
  path: string;
  labels: readonly string[];
  search: string;
  /** GiB, as it is typed. */
  budget: string;
  priority: string;
  /** A day, or nothing. */
  expires: string;
  enabled: boolean;
}

export type PinProblems = Partial<Record<keyof PinDraft | "other", string>>;

const words = text.pins;
const gib = 1024 ** 3;
const usual = 20;

export function draftOf(pin: Pin | undefined, nodeId: string): PinDraft {
  if (!pin) return { name: "", node_id: nodeId, kind: "path", path: "", labels: [], search: "", budget: String(usual), priority: "0", expires: "", enabled: true };
  const { name, node_id, scope, budget_bytes, priority, expires_at, enabled } = pin;
  const kind: ScopeKind = scope.rule ? "rule" : scope.labels ? "labels" : scope.search != null ? "search" : "path";
  return {
    name,
    node_id,
    kind,
    path: scope.path ?? "",
    labels: scope.labels ?? [],
    search: scope.search ?? "",
    budget: String(Math.round((budget_bytes / gib) * 100) / 100),
    priority: String(priority),
    expires: expires_at?.slice(0, 10) ?? "",
    enabled,
  };
}

/** `null` as long as it says nothing, or where only the server knows the rule. */
export function scopeOf({ kind, path, labels, search }: PinDraft): Schema<"PinScope"> | null {
  if (kind === "path") return path.startsWith("/") ? { path } : null;
  if (kind === "labels") return labels.length > 0 ? { labels: [...labels] } : null;
  return kind === "search" && search.trim() ? { search: search.trim() } : null;
}

export function budgetOf({ budget }: PinDraft): number | null {
  const value = Number(budget.replace(",", "."));
  return budget.trim() && Number.isFinite(value) && value > 0 ? Math.round(value * gib) : null;
}

export function problemsOf(draft: PinDraft): PinProblems {
  const ofScope = { path: words.pathProblem, labels: words.labelsProblem, search: words.searchProblem };
  return {
    ...(draft.name.trim() ? {} : { name: words.nameProblem }),
    ...(draft.node_id ? {} : { node_id: words.nodeProblem }),
    ...(draft.kind !== "rule" && scopeOf(draft) === null ? { [draft.kind]: ofScope[draft.kind] } : {}),
    ...(budgetOf(draft) === null ? { budget: words.budgetProblem } : {}),
    ...(/^-?\d{1,4}$/.test(draft.priority.trim()) ? {} : { priority: words.priorityProblem }),
  };
}

/** What is sent of a draft without problems; a rule stays as it is. */
export function bodyOf(draft: PinDraft): Omit<Schema<"NewPin">, "scope"> & { scope: Schema<"PinScope"> | undefined } {
  return {
    name: draft.name.trim(),
    node_id: draft.node_id,
    scope: scopeOf(draft) ?? undefined,
    budget_bytes: budgetOf(draft) ?? usual * gib,
    priority: Number(draft.priority),
    enabled: draft.enabled,
    expires_at: draft.expires ? new Date(`${draft.expires}T23:59:59`).toISOString().replace(/\.\d{3}Z$/, "Z") : null,
  };
}

export function aboutOf({ scope }: Pick<Pin, "scope">): string {
  if (scope.path != null) return scope.path;
  if (scope.labels) return words.labels(scope.labels.join(", "));
  return scope.search != null ? words.search(scope.search) : words.rule;
}
