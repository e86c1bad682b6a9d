/** The keys that a menu names work without it too. */
import { common } from "@/lib/text/everywhere";
import type { MenuEntry } from "./menu";
import { toast } from "./toast";

/** A letter does what the menu does under it; where that is disabled it says why. */
export function actedByKey(menu: readonly MenuEntry[], key: string): boolean {
  const found = menu.find((one) => typeof one === "object" && one?.keys === key);
  if (key.length !== 1 || !found || found === "separator") return false;
  if (found.disabled) toast.say(found.title ?? common.offlineReason);
  else found.onSelect();
  return true;
}
