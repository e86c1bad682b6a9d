/** Settings that there is one of for each node, and for each backend. */
import { type ReactNode, useId } from "react";
import { useNodes } from "@/lib/documents";
import { general as text } from "@/lib/text/settings-general";
import { duration } from "@/lib/times";
import { visible } from "@/lib/visible";
import { Panel } from "@/parts/page";
import { Name, NodeBadge } from "@/parts/things";
import { Select } from "@/parts/ui/choices";
import { Input } from "@/parts/ui/field";
import type { Polled, Problems } from "./draft";
import { ResetButton } from "./SettingField";

type Values = Readonly<Record<string, string>>;

const byDefault = "default";
const offered = ["300", "900", "3600", "86400"];

export function Notices({ values, onChange }: { values: Values; onChange: (values: Values) => void }): ReactNode {
  const nodes = useNodes();
  return (
    <Panel title={text.notices}>
      <p className="mb-3 text-12 text-muted">{text.notice.help}</p>
      {nodes.length === 0 && <p className="text-13 text-muted">{text.notice.none}</p>}
      <ul className="flex flex-col gap-2">
        {nodes.map(({ node_id, friendly_name }) => (
          <li key={node_id} className="flex flex-wrap items-center gap-x-4 gap-y-1">
            <span className="w-44">
              <NodeBadge id={node_id} />
            </span>
            <Select
              label={`${text.notices}: ${visible(friendly_name)}`}
              value={values[node_id] || byDefault}
              options={noticeOptions(values[node_id])}
              onChange={(value) => onChange({ ...values, [node_id]: value === byDefault ? "" : value })}
              className="max-w-52"
            />
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function noticeOptions(value = ""): { value: string; label: string }[] {
  const all = value && value !== "0" && !offered.includes(value) ? [value, ...offered] : offered;
  return [
    { value: byDefault, label: text.notice.byDefault },
    { value: "0", label: text.notice.never },
    ...all.map((seconds) => ({ value: seconds, label: text.notice.after(duration(Number(seconds))) })),
  ];
}

export interface PollsProps {
  sources: readonly Polled[];
  values: Values;
  problems: Problems;
  onChange: (values: Values) => void;
}

export function Polls({ sources, values, problems, onChange }: PollsProps): ReactNode {
  return (
    <Panel title={text.polls}>
      <ul className="flex flex-col gap-2">
        {sources.map(({ name }) => (
          <Poll key={name} name={name} value={values[name] ?? ""} problem={problems[`poll:${name}`]} onChange={(value) => onChange({ ...values, [name]: value })} />
        ))}
      </ul>
    </Panel>
  );
}

function Poll({ name, value, problem, onChange }: { name: string; value: string; problem: string | undefined; onChange: (value: string) => void }): ReactNode {
  const id = useId();
  const label = text.poll.of(visible(name));
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-1">
      <span className="w-44 min-w-0 text-13 font-medium">
        <Name>{name}</Name>
      </span>
      <span className="flex items-center gap-2">
        <Input
          aria-label={label}
          aria-invalid={problem ? true : undefined}
          aria-describedby={problem ? id : undefined}
          value={value}
          placeholder={text.poll.default}
          inputMode="numeric"
          className="tabular max-w-44"
          onChange={(event) => onChange(event.target.value)}
        />
        <span className="text-13 text-muted">{text.units.seconds}</span>
        <ResetButton field={label} isOn={value !== ""} onReset={() => onChange("")} />
      </span>
      {problem && (
        <span id={id} role="alert" className="text-12 text-error">
          {problem}
        </span>
      )}
    </li>
  );
}
