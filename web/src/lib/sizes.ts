/** Sizes and counts as the command line writes them. */

const units = ["KiB", "MiB", "GiB", "TiB", "PiB"] as const;
const whole = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

/** `1.4 GiB`: one decimal below ten, none above, none for KiB. */
export function size(bytes: number | null | undefined): string {
  if (bytes === null || bytes === undefined) return "\u2013";
  if (Math.abs(bytes) < 1024) return `${bytes} B`;
  let value = bytes / 1024;
  let at = 0;
  while (Math.abs(value) >= 1023.95 && at < units.length - 1) {
    value /= 1024;
    at += 1;
  }
  const text = at > 0 && Math.abs(value) < 9.95 ? value.toFixed(1) : whole.format(value);
  return `${text} ${units[at] ?? ""}`;
}

export function counted(value: number): string {
  return whole.format(value);
}

/** `1 file`, `2,048 files`. */
export function plural(value: number, one: string, many = `${one}s`): string {
  return `${counted(value)} ${value === 1 ? one : many}`;
}

export function exactBytes(bytes: number): string {
  return plural(bytes, "byte");
}

/** A share between 0 and 1; nothing of nothing is 0. */
export function share(part: number, all: number): number {
  return all > 0 ? Math.min(1, Math.max(0, part / all)) : 0;
}

export function percent(part: number): string {
  return `${Math.round(part * 100)} %`;
}
