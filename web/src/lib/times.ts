/** Times as people read them; the exact one is always a hover away. */

const minute = 60;
const hour = 3600;
const day = 86_400;

function units(seconds: number, each: number, name: string): string {
  const value = Math.max(1, Math.floor(seconds / each));
  return `${value} ${name}${value === 1 ? "" : "s"} ago`;
}

/** `3 weeks ago`, worded as on the command line; the text itself when it is no time. */
export function ago(time: string, now: number): string {
  const then = Date.parse(time);
  if (Number.isNaN(then)) return time;
  const seconds = (now - then) / 1000;
  if (seconds < -day) return time.slice(0, 10);
  if (seconds < -minute) return until(-seconds);
  if (seconds < 10) return "just now";
  if (seconds < minute) return `${Math.floor(seconds)} s ago`;
  if (seconds < hour) return units(seconds, minute, "minute");
  if (seconds < day) return units(seconds, hour, "hour");
  if (seconds < 2 * day) return "yesterday";
  if (seconds < 14 * day) return units(seconds, day, "day");
  if (seconds < 60 * day) return units(seconds, 7 * day, "week");
  if (seconds < 730 * day) return units(seconds, 30.44 * day, "month");
  return units(seconds, 365.25 * day, "year");
}

/** `in 5 minutes`. */
export function until(seconds: number): string {
  return `in ${duration(seconds)}`;
}

/** `40 s`, `3 min`, `2 h 10 min`. */
export function duration(seconds: number): string {
  if (seconds < 90) return `${Math.max(0, Math.round(seconds))} s`;
  const minutes = Math.round(seconds / minute);
  return minutes < 90 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

const exactForm = new Intl.DateTimeFormat("en-GB", { dateStyle: "full", timeStyle: "long" });
const clockForm = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const dayForm = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });
const dateForm = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric" });

export function exact(time: string): string {
  const then = Date.parse(time);
  return Number.isNaN(then) ? time : exactForm.format(then);
}

/** `14:02` of today, else with the day. */
export function clock(time: number, now: number): string {
  const isToday = new Date(time).toDateString() === new Date(now).toDateString();
  return isToday ? clockForm.format(time) : `${dayForm.format(time)}, ${clockForm.format(time)}`;
}

/** `14 Feb 2026`. */
export function date(time: string): string {
  const then = Date.parse(time);
  return Number.isNaN(then) ? time : dateForm.format(then);
}
