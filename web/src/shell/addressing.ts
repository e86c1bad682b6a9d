/** Search parameters as people write them: plain words, a repeated name is a list. */

export type Search = Record<string, string | string[]>;

export function parsed(text: string): Search {
  const found: Search = {};
  for (const [name, value] of new URLSearchParams(text)) {
    const present = found[name];
    found[name] = present === undefined ? value : [...(Array.isArray(present) ? present : [present]), value];
  }
  return found;
}

export function written(search: Record<string, unknown>): string {
  const made = new URLSearchParams();
  for (const [name, value] of Object.entries(search)) {
    if (value === undefined || value === null || value === "") continue;
    if (Array.isArray(value)) for (const one of value) made.append(name, String(one));
    else made.append(name, String(value));
  }
  const text = made.toString();
  return text && `?${text}`;
}
