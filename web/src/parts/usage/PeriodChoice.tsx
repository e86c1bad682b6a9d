import { type ReactNode, useId, useState } from "react";
import { classes } from "@/lib/classes";
import { useNow } from "@/lib/clock";
import { usage as text } from "@/lib/text/usage";
import { Button, buttonClasses } from "@/parts/ui/button";
import { Field, Input } from "@/parts/ui/field";
import { Popover } from "@/parts/ui/popover";
import { mostDays } from "./history";

export interface PeriodChoiceProps {
  period: string | undefined;
  onPeriod: (period: string | undefined) => void;
}

const fixed = [7, 30, 90] as const;
const usual = 30;
const hour = 3_600_000;

export function PeriodChoice({ period, onPeriod }: PeriodChoiceProps): ReactNode {
  const isRange = period?.includes("..") ?? false;
  return (
    <div role="group" aria-label={text.period} className="flex flex-wrap gap-1">
      {fixed.map((days) => {
        const isOn = !isRange && (period ?? String(usual)) === String(days);
        return (
          <button key={days} type="button" aria-pressed={isOn} onClick={() => onPeriod(days === usual ? undefined : String(days))} className={classes(buttonClasses("quiet", "small"), isOn ? "bg-raised" : "text-muted")}>
            {text.days(days)}
          </button>
        );
      })}
      <RangeChoice period={isRange ? period : undefined} onPeriod={onPeriod} />
    </div>
  );
}

function RangeChoice({ period, onPeriod }: PeriodChoiceProps): ReactNode {
  const [isOpen, setOpen] = useState(false);
  const [first = "", last = ""] = (period ?? "").split("..");
  const [from, setFrom] = useState(first);
  const [to, setTo] = useState(last);
  const id = useId();
  const now = useNow(hour);
  const today = dateOf(now);
  const oldest = dateOf(now - (mostDays - 1) * 24 * hour);
  const trigger = (
    <button type="button" aria-pressed={period !== undefined} className={classes(buttonClasses("quiet", "small"), period ? "bg-raised" : "text-muted")}>
      {period ? period.replace("..", " \u2013 ") : text.range}
    </button>
  );
  return (
    <Popover trigger={trigger} label={text.range} isOpen={isOpen} onOpenChange={setOpen} className="w-64">
      <form
        className="flex flex-col gap-3 p-4"
        onSubmit={(event) => {
          event.preventDefault();
          setOpen(false);
          onPeriod(`${from}..${to}`);
        }}
      >
        <Field label={text.from} id={`${id}-from`}>
          <Input id={`${id}-from`} type="date" required min={oldest} max={to || today} value={from} onChange={(event) => setFrom(event.target.value)} />
        </Field>
        <Field label={text.to} id={`${id}-to`}>
          <Input id={`${id}-to`} type="date" required min={from || oldest} max={today} value={to} onChange={(event) => setTo(event.target.value)} />
        </Field>
        <Button type="submit" look="primary">
          {text.show}
        </Button>
      </form>
    </Popover>
  );
}

function dateOf(time: number): string {
  const at = new Date(time);
  return `${at.getFullYear()}-${String(at.getMonth() + 1).padStart(2, "0")}-${String(at.getDate()).padStart(2, "0")}`;
}
