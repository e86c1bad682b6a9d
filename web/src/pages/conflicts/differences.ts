/** What tells versions of one document apart, field by field. Pure. */

export interface FieldLine {
  field: string;
  values: readonly string[];
  isDifferent: boolean;
}

const hidden: readonly string[] = ["_id", "_rev", "_revisions", "_conflicts"];

/** A line for each field that any version has; those that differ first. A deleted version has none of them. */
export function linesOf(bodies: readonly (Record<string, unknown> | null)[]): FieldLine[] {
  const fields = [...new Set(bodies.flatMap((body) => Object.keys(body ?? {})))].filter((field) => !hidden.includes(field)).sort();
  const lines = fields.map((field) => {
    const values = bodies.map((body) => shown(body?.[field]));
    return { field, values, isDifferent: new Set(values).size > 1 };
  });
  return [...lines.filter(({ isDifferent }) => isDifferent), ...lines.filter(({ isDifferent }) => !isDifferent)];
}

function shown(value: unknown): string {
  if (value === undefined) return "";
  return typeof value === "string" ? value : JSON.stringify(value, null, 1);
}
