/** What this instance is, what it holds, and what this browser keeps of it. */
import type { ReactNode } from "react";
import { useApi } from "@/api/queries";
import type { Schema } from "@/api/schemas";
import { counted, size } from "@/lib/sizes";
import { common } from "@/lib/text/everywhere";
import { about as text } from "@/lib/text/settings-about";
import { date } from "@/lib/times";
import { visible } from "@/lib/visible";
import { Page, Panel } from "@/parts/page";
import { Loaded, SkeletonPanel } from "@/parts/states";
import { CopyButton } from "@/parts/things";
import { SettingsHeader } from "../SettingsHeader";
import { Browser } from "./Browser";
import { Rows } from "./Rows";
import { Upkeep } from "./Upkeep";

export function AboutPage(): ReactNode {
  const info = useApi("/api/system/info");
  return (
    <Page>
      <SettingsHeader tab="about" />
      <Loaded query={info} what={text.what} skeleton={<SkeletonPanel height={420} />}>
        {(known) => (
          <div className="grid gap-6 md:grid-cols-2">
            <Instance info={known} />
            <Totals info={known} />
            <Browser />
            <Upkeep />
          </div>
        )}
      </Loaded>
      <Links />
    </Page>
  );
}

function Instance({ info }: { info: Schema<"SystemInfo"> }): ReactNode {
  const identity = useApi("/api/identity");
  return (
    <Panel title={text.instance}>
      <Rows
        rows={[
          [text.name, <bdi>{visible(info.name)}</bdi>],
          [text.version, info.version],
          [text.setUp, date(info.setup_date)],
          [text.host, location.host],
          [text.id, <Id of={info.instance_id} name={text.id} />],
          [text.fingerprint, identity.data?.ca_fingerprint ? <Id of={identity.data.ca_fingerprint} name={text.fingerprint} /> : identity.data ? text.noFingerprint : (identity.error?.message ?? "\u2013")],
        ]}
      />
      <p className="mt-2 text-12 text-muted">{text.compare}</p>
    </Panel>
  );
}

function Id({ of, name }: { of: string; name: string }): ReactNode {
  return (
    <span className="flex items-start gap-1">
      <span className="min-w-0 flex-1 pt-1 font-mono text-12 break-all">{of}</span>
      <CopyButton text={of} label={`${common.copy}: ${name}`} />
    </span>
  );
}

function Totals({ info }: { info: Schema<"SystemInfo"> }): ReactNode {
  const { store, search_index: index } = info;
  return (
    <Panel title={text.totals}>
      <Rows
        rows={[
          [text.nodes, counted(info.node_count)],
          [text.files, counted(info.file_count)],
          [text.directories, counted(info.directory_count)],
          [text.rules, counted(info.rule_count)],
          [text.store, text.storeOf(visible(store.driver), size(store.bytes))],
          [text.index, text.indexOf(visible(index.state), index.documents)],
        ]}
      />
    </Panel>
  );
}

const links = [
  { href: "/api/docs", label: text.api },
  { href: "/api/openapi.json", label: text.apiFile },
  { href: "/licences.txt", label: text.licences },
];

function Links(): ReactNode {
  return (
    <Panel title={text.more}>
      <ul className="flex flex-wrap gap-x-6 gap-y-2 text-13">
        {links.map(({ href, label }) => (
          <li key={href}>
            <a href={href} target="_blank" rel="noopener noreferrer" className="inline-flex min-h-6 items-center text-accent underline underline-offset-2">
              {label}
            </a>
          </li>
        ))}
      </ul>
      <p className="mt-3 text-12 text-muted">{text.licence}</p>
    </Panel>
  );
}
