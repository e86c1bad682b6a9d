/** Options that were changed here beside what somebody else made of them, in words; a secret shows only that it was given. Pure. */
import { schemaForm } from "@/lib/text/schema-form";
import { settings as text } from "@/lib/text/settings";
import type { Option, OptionsDraft } from "@/parts/schema-form";
import type { Difference } from "./BothVersions";

export function differencesOf(options: readonly Option[], theirs: OptionsDraft, mine: OptionsDraft, base: OptionsDraft): Difference[] {
  return options
    .filter(({ name }) => worded(mine[name]) !== worded(base[name]))
    .map(({ name, title }) => ({ field: title, theirs: worded(theirs[name]), mine: worded(mine[name]) }));
}

function worded(value: OptionsDraft[string] | undefined): string {
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "object") return value.text ? schemaForm.change : value.isSet ? schemaForm.secretSet : schemaForm.notSet;
  return value || text.byDefault;
}
