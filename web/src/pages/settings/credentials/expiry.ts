/** The day on which a key works last, as a field shows it, and the moment of its end, as the server keeps it. Pure. */

const day = 86_400_000;

/** `2026-02-14` in local days; empty for a key without an end. */
export function dayOf(expiresAt: string | null | undefined): string {
  if (!expiresAt) return "";
  const last = new Date(Date.parse(expiresAt) - 1);
  return Number.isNaN(last.getTime()) ? "" : `${last.getFullYear()}-${two(last.getMonth() + 1)}-${two(last.getDate())}`;
}

/** The midnight after that day. */
export function endOf(dayText: string): string | null {
  const [year = 0, month = 0, date = 0] = dayText.split("-").map(Number);
  if (!year || !month || !date) return null;
  return new Date(year, month - 1, date + 1).toISOString().replace(".000Z", "Z");
}

export function isOver(dayText: string, now: number): boolean {
  const end = endOf(dayText);
  return end !== null && Date.parse(end) <= now;
}

export function isWithinDays(expiresAt: string, days: number, now: number): boolean {
  return Date.parse(expiresAt) - now < days * day;
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}
