/** A secret is never shown: it is set or not, and what is typed goes in and does not come out. */
import { type ReactNode, useState } from "react";
import { schemaForm as text } from "@/lib/text/schema-form";
import { Button } from "@/parts/ui/button";
import { Input } from "@/parts/ui/field";
import type { SecretDraft } from "./options";

export interface SecretFieldProps {
  id: string;
  label: string;
  value: SecretDraft;
  canTakeOut?: boolean;
  onChange: (value: SecretDraft) => void;
}

const dots = "\u2022".repeat(8);

export function SecretField({ id, label, value, canTakeOut = false, onChange }: SecretFieldProps): ReactNode {
  const [isFresh, setFresh] = useState(false);
  const change = (to: string | null): void => {
    setFresh(to === "" && value.text === null);
    onChange({ isSet: value.isSet, text: to });
  };
  if (value.isSet && value.text === null) {
    return (
      <div className="flex items-center gap-2">
        <Input id={id} value={dots} readOnly aria-label={`${label}: ${text.secretSet}`} className="text-muted" />
        <Button onClick={() => change("")}>{text.change}</Button>
      </div>
    );
  }
  return (
    <div className="flex flex-col gap-1">
      <div className="flex items-center gap-2">
        <Input
          id={id}
          type="password"
          autoComplete="new-password"
          // The person pressed "Change" a moment ago and wants to type.
          // eslint-disable-next-line jsx-a11y/no-autofocus
          autoFocus={isFresh}
          value={value.text ?? ""}
          onChange={(event) => onChange({ isSet: value.isSet, text: event.target.value })}
        />
        {value.isSet && <Button onClick={() => change(null)}>{text.keep}</Button>}
      </div>
      {value.isSet && canTakeOut && value.text === "" && <p className="text-12 text-warn">{text.takenOut}</p>}
    </div>
  );
}
