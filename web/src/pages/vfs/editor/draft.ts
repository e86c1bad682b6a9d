/**
 * A directory's mounts and steps while they are being edited. Steps stay the objects that they are, with everything
 * in them that this page does not know; only a key for the screen is put beside them. Pure.
 */
import type { Schema } from "@/api/schemas";

export type RawStep = Record<string, unknown> & { op: string };

export interface StepDraft {
  key: string;
  step: RawStep;
}

export type RawMount = Omit<Schema<"GivenMount">, "steps"> & Record<string, unknown>;

export interface MountDraft {
  key: string;
  mount: RawMount;
  steps: StepDraft[];
}

export interface Draft {
  enforces: boolean;
  steps: StepDraft[];
  mounts: MountDraft[];
}

export interface Given {
  steps: Schema<"Step">[];
  enforce_steps_on_children: boolean;
  mounts: Schema<"GivenMount">[];
}

/** The same without one member. */
export function without<T extends object>(given: T, name: string): T {
  const left = { ...given };
  Reflect.deleteProperty(left, name);
  return left;
}

let last = 0;
export function newKey(): string {
  last += 1;
  return `new-${last}`;
}

function stepDrafts(steps: readonly Schema<"Step">[] | undefined): StepDraft[] {
  return (steps ?? []).map((step) => ({ key: newKey(), step: step as unknown as RawStep }));
}

export function draftOf({ steps, enforce_steps_on_children, mounts }: Partial<Schema<"ShownDirectory">>): Draft {
  return {
    enforces: enforce_steps_on_children ?? false,
    steps: stepDrafts(steps),
    mounts: (mounts ?? []).map(({ steps: inner, ...mount }) => ({ key: mount.mount_id, mount, steps: stepDrafts(inner) })),
  };
}

/** As the API takes it. */
export function givenOf({ enforces, steps, mounts }: Draft): Given {
  return {
    steps: steps.map(({ step }) => step as unknown as Schema<"Step">),
    enforce_steps_on_children: enforces,
    mounts: mounts.map(({ mount, steps: inner }) => ({ ...mount, steps: inner.map(({ step }) => step as unknown as Schema<"Step">) })),
  };
}

export function isSame(one: Draft, other: Draft): boolean {
  return JSON.stringify(givenOf(one)) === JSON.stringify(givenOf(other));
}

export function newMount(nodeId: string): MountDraft {
  return {
    key: newKey(),
    mount: { source: { node_id: nodeId, export_path: "/" }, strategy: "prefix_replace", conflict_policy: "suffix_node_id", default_result: "include" },
    steps: [],
  };
}

export type SourceKind = "node" | "label" | "search" | "other";

export function kindOf({ source }: RawMount): SourceKind {
  if (typeof source.search === "string") return "search";
  if (typeof source.label === "string") return "label";
  return source.node_id ? "node" : "other";
}

/** Another kind of source; a label or a search has no folders to keep. */
export function withKind(mount: RawMount, kind: SourceKind): RawMount {
  const rest = without(mount, "source_prefix");
  if (kind === "label") return { ...rest, source: { label: "" }, strategy: "flatten" };
  if (kind === "search") return { ...rest, source: { search: "" }, strategy: "flatten" };
  return { ...rest, source: { node_id: "*", export_path: "/" }, strategy: "prefix_replace" };
}

/** Problems by field, `mounts[0].steps[2].pattern`. */
export type Problems = ReadonlyMap<string, string>;

export function problemsOf(fields: readonly { field: string; problem: string }[]): Problems {
  return new Map(fields.map(({ field, problem }) => [field, problem]));
}

/** What is wrong with exactly this field. */
export function problemAt(problems: Problems, place: string): string | undefined {
  return problems.get(place);
}
