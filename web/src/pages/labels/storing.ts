/** How a rule reaches the server: made anew, or changed from the version that was seen. */
import { useEffect, useState } from "react";
import { api, tagged } from "@/api/client";
import type { RuleDraft } from "./rule-draft";

const path = "/api/labels/rules/{rule_id}";

/** The validator of the rule as it was when it was opened, or when `readings` last grew. */
export function useEtag(ruleId: string | undefined, readings: number): string | null {
  const [etag, setEtag] = useState<string | null>(null);
  useEffect(() => {
    if (ruleId === undefined) return;
    let isHere = true;
    tagged(path, { params: { path: { rule_id: ruleId } } }).then(
      (found) => isHere && setEtag(found.etag),
      () => undefined,
    );
    return () => {
      isHere = false;
    };
  }, [ruleId, readings]);
  return etag;
}

/** Without `etag` it is written on top of whatever is there. */
export async function stored(draft: RuleDraft, ruleId: string | undefined, etag: string | null): Promise<void> {
  const body = { ...draft, name: draft.name.trim() };
  if (ruleId === undefined) await api.POST("/api/labels/rules", { body });
  else await api.PATCH(path, { params: { path: { rule_id: ruleId } }, body, ...(etag ? { headers: { "If-Match": etag } } : {}) });
}
