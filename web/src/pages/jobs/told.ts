/** What a job was asked for, and what came of it, in rows: objects of any shape, since each kind has its own. Pure. */
import { jobs as text } from "@/lib/text/jobs";
import { visible } from "@/lib/visible";

const most = 12;

/** `rebuild_derived` reads as "Rebuild derived"; what is empty is left out. */
export function toldOf(given: Record<string, unknown>): [string, string][] {
  return Object.entries(given)
    .filter(([, value]) => value !== null && value !== undefined && !(Array.isArray(value) && value.length === 0))
    .map(([name, value]) => [visible(nameOf(name)), valueOf(value)]);
}

function nameOf(name: string): string {
  const words = name.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function valueOf(value: unknown): string {
  if (typeof value === "boolean") return value ? text.yes : text.no;
  if (typeof value === "number") return value.toLocaleString("en-US");
  if (typeof value === "string") return visible(value);
  if (Array.isArray(value)) {
    const shown = value.slice(0, most).map(valueOf).join(", ");
    return value.length > most ? `${shown}, +${value.length - most}` : shown;
  }
  if (typeof value === "object" && value !== null) return toldOf(value as Record<string, unknown>).map(([name, one]) => `${name}: ${one}`).join(", ");
  return text.nothing;
}
