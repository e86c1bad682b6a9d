/** How a plugin fares, in a word and a reason; and whether it carries notifications. */
import type { ReactNode } from "react";
import type { Schema } from "@/api/schemas";
import { plugins as text } from "@/lib/text/settings-plugins";
import { visible, visibleText } from "@/lib/visible";
import { StatusSentence, type Tone } from "@/parts/things";

type Plugin = Schema<"ShownPlugin">;

export function StandingOf({ plugin }: { plugin: Plugin }): ReactNode {
  const [tone, words] = standingOf(plugin);
  return <StatusSentence tone={tone}>{words}</StatusSentence>;
}

export function standingOf({ enabled, standing, reason, warnings }: Plugin): [Tone, string] {
  if (!enabled) return ["neutral", text.standing.disabled];
  if (warnings.includes("not_installed")) return ["warn", text.standing.missing];
  if (standing === null) return ["neutral", text.standing.unknown];
  if (standing === "ready") return ["ok", text.standing.ready];
  const known = (text.standing as Record<string, string>)[standing] ?? visible(standing);
  return [standing === "refused" ? "error" : "warn", reason ? `${known}: ${visibleText(reason)}` : known];
}

/** Every channel lets one choose how grave a notice must be; nothing else that a document says tells them apart. */
export function isChannel({ settings_schema }: Plugin): boolean {
  const properties = settings_schema?.properties;
  return typeof properties === "object" && properties !== null && "min_severity" in properties;
}
