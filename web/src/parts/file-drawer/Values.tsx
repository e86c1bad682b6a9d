/** What a plugin said, as a list of names and values; what is nested unfolds. Others wrote it: only ever text. */
import type { ReactNode } from "react";
import { drawer } from "@/lib/text/drawer";
import { visible, visibleText } from "@/lib/visible";

const text = drawer.annotations;
const deepest = 12;

function isNested(value: unknown): value is object {
  return typeof value === "object" && value !== null && Object.keys(value).length > 0;
}

export function Values({ of, depth = 0 }: { of: object; depth?: number }): ReactNode {
  const entries = Object.entries(of) as [string, unknown][];
  if (entries.length === 0) return <p className="text-13 text-muted">{text.empty}</p>;
  return (
    <dl className="flex flex-col gap-1.5 text-13">
      {entries.map(([name, value]) => (
        <Entry key={name} name={Array.isArray(of) ? String(Number(name) + 1) : visible(name)} value={value} depth={depth} />
      ))}
    </dl>
  );
}

function Entry({ name, value, depth }: { name: string; value: unknown; depth: number }): ReactNode {
  if (isPlainList(value)) value = value.map(told).join(", ");
  if (isNested(value) && depth < deepest)
    return (
      <div>
        <dt className="sr-only">{name}</dt>
        <dd>
          <details>
            <summary className="break-words text-muted">
              {name} <span className="text-12">({text.items(Object.keys(value).length)})</span>
            </summary>
            <div className="mt-1.5 ml-1 border-l pl-3">
              <Values of={value} depth={depth + 1} />
            </div>
          </details>
        </dd>
      </div>
    );
  return (
    <div className="grid grid-cols-[112px_minmax(0,1fr)] gap-x-3">
      <dt className="break-words text-muted">{name}</dt>
      <dd className="max-h-60 overflow-y-auto break-words whitespace-pre-wrap">{visibleText(told(value))}</dd>
    </div>
  );
}

function isPlainList(value: unknown): value is unknown[] {
  return Array.isArray(value) && value.length > 0 && value.length <= 50 && value.every((one) => typeof one !== "object" || one === null);
}

export function told(value: unknown): string {
  if (value === null || value === undefined) return text.nothing;
  if (typeof value === "boolean") return value ? text.yes : text.no;
  if (typeof value === "object") return Object.keys(value).length === 0 ? text.nothing : JSON.stringify(value);
  return typeof value === "string" ? value : String(value as number);
}
