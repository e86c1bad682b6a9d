/** Is everything working, and what do I have? Answered in five seconds. */
import { useRouter } from "@tanstack/react-router";
import { type FormEvent, type ReactNode, useState } from "react";
import { useApi } from "@/api/queries";
import { addresses } from "@/lib/addresses";
import { useNodes } from "@/lib/documents";
import { dashboard as text } from "@/lib/text/dashboard";
import { Page, PageHeader } from "@/parts/page";
import { Offline } from "@/parts/states";
import { SearchInput } from "@/parts/ui/search-input";
import { Activity } from "./Activity";
import { AlertBanner } from "./AlertBanner";
import { Fresh } from "./Fresh";
import { NodeStrip } from "./NodeStrip";
import { Totals } from "./Totals";
import { Widgets } from "./Widgets";

export function DashboardPage(): ReactNode {
  const info = useApi("/api/system/info", undefined, { every: 30_000 });
  const nodes = useNodes();
  const isFresh = info.data?.file_count === 0 && nodes.every(({ watch_paths }) => watch_paths.length === 0);
  return (
    <Page>
      <PageHeader title={text.title} />
      <AlertBanner />
      <Offline asOf={info.dataUpdatedAt} />
      {isFresh ? <Fresh node={nodes[0]} /> : <SearchField />}
      <NodeStrip />
      <Totals info={info} />
      <Widgets />
      <Activity />
    </Page>
  );
}

function SearchField(): ReactNode {
  const [wanted, setWanted] = useState("");
  const { history } = useRouter();
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (wanted.trim()) history.push(addresses.search({ q: wanted.trim() }));
  };
  return (
    <form onSubmit={submit}>
      <SearchInput label={text.search} size="large" value={wanted} onChange={setWanted} data-page-search="" />
    </form>
  );
}
