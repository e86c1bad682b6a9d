/** What came of one filter step, in words. */
import type { Schema } from "@/api/schemas";
import { plural, size } from "@/lib/sizes";
import { shown } from "@/lib/steps";
import { drawer } from "@/lib/text/drawer";
import { visible, visibleText } from "@/lib/visible";

type Line = Schema<"ShownTraceLine">;
const text = drawer.explained;

/** `does not match, goes on`. */
export function decisionOf(line: Line): string {
  const { invert, final_match, measured, outcome, problem } = line;
  if (problem) return visibleText(problem);
  const match = final_match === null || final_match === undefined ? [] : [final_match ? text.matches : text.matchesNot];
  return [
    ...match,
    ...(invert ? [text.inverted] : []),
    ...(measured === null || measured === undefined ? [] : [text.measured(measuredText(line))]),
    text.outcomes[outcome],
  ].join(", ");
}

function measuredText({ op, measured }: Line): string {
  if (typeof measured !== "number") return visible(shown(measured));
  if (op === "size") return size(measured);
  if (op === "age" || op === "access_age") return measured < 1 ? text.lessThanADay : plural(Math.floor(measured), "day");
  return shown(measured);
}
