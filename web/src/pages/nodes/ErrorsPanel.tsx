import { type ReactNode, useState } from "react";
import { node as text } from "@/lib/text/nodes";
import { visible, visibleText } from "@/lib/visible";
import { Panel } from "@/parts/page";
import { Failure, NoMatch, SkeletonRows } from "@/parts/states";
import { Badge, CopyButton, Time, type Tone } from "@/parts/things";
import { Select } from "@/parts/ui/choices";
import type { Status, Told } from "./reading";
import { Cell, Row, Table } from "./table";

type Line = NonNullable<Status["recent_errors"]>[number];

const words = text.errors;
const every = "*";
const tones: Record<string, Tone> = { warning: "warn", error: "error", critical: "error" };

/** The last fifty lines of the agent's log that need attention, the newest first. */
export function ErrorsPanel({ told: { query, status } }: { told: Told }): ReactNode {
  const [level, setLevel] = useState(every);
  const all = [...(status?.recent_errors ?? [])].sort((one, other) => other.time.localeCompare(one.time));
  const levels = [...new Set(all.map((one) => one.level))];
  const shown = all.filter((one) => level === every || one.level === level);
  const actions = all.length > 0 && (
    <span className="flex items-center gap-2">
      {levels.length > 1 && (
        <Select label={words.filter} value={level} onChange={setLevel} options={[{ value: every, label: words.all }, ...levels.map((value) => ({ value, label: spoken(value) }))]} className="max-w-36" />
      )}
      <CopyButton isWord label={words.copy} text={shown.map(line).join("\n")} />
    </span>
  );
  const headings = [
    { label: words.time, width: "128px" },
    { label: words.level, width: "88px" },
    { label: words.part, isExtra: true, width: "128px" },
    { label: words.message },
  ];
  return (
    <Panel id="errors" title={text.panels.errors} isFlush actions={actions}>
      {!status && (query.error ? <Failure what={text.panels.errors} error={query.error} onRetry={() => void query.refetch()} /> : <SkeletonRows count={2} />)}
      {status && all.length === 0 && (
        <p className="border-t px-4 py-4 text-13 text-muted">
          {words.none}. {words.noneMore}
        </p>
      )}
      {all.length > 0 && shown.length === 0 && <NoMatch by={spoken(level)} onClear={() => setLevel(every)} />}
      {shown.length > 0 && (
        <div className="max-h-120 overflow-y-auto">
          <Table label={text.panels.errors} headings={headings}>
            {shown.map((one, at) => (
              <Row key={`${one.time}${one.subsystem}${at}`}>
                <Cell className="align-top whitespace-nowrap text-muted">
                  <Time at={one.time} />
                </Cell>
                <Cell className="align-top">
                  <Badge tone={tones[one.level] ?? "neutral"}>{spoken(one.level)}</Badge>
                </Cell>
                <Cell isExtra className="align-top break-words">
                  {visible(one.subsystem)}
                </Cell>
                <Cell className="align-top break-words whitespace-pre-line">{visibleText(one.message)}</Cell>
              </Row>
            ))}
          </Table>
        </div>
      )}
    </Panel>
  );
}

function spoken(level: string): string {
  return visible(level.charAt(0).toUpperCase() + level.slice(1));
}

function line({ time, level, subsystem, message }: Line): string {
  return `${time} ${level} ${subsystem}: ${message}`;
}
