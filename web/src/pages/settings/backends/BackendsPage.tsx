/** Places outside of the nodes: which there are, how each fares, and how one is added. */
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Plus } from "lucide-react";
import { type ReactNode, useState } from "react";
import { useApi } from "@/api/queries";
import { useIsOnline } from "@/lib/live/connection";
import { common } from "@/lib/text/everywhere";
import { backends as text } from "@/lib/text/settings-backends";
import { Page } from "@/parts/page";
import { Empty, Loaded } from "@/parts/states";
import { Button } from "@/parts/ui/button";
import type { BackendsSearch } from "../routes";
import { SettingsHeader } from "../SettingsHeader";
import { BackendCard } from "./BackendCard";
import { BackendDrawer } from "./BackendDrawer";
import { DeleteDialog } from "./DeleteDialog";
import type { Backend } from "./draft";
import { TestDialog } from "./TestDialog";

type Asked = { kind: "delete" | "test"; backend: Backend } | null;

export function BackendsPage(): ReactNode {
  const search: BackendsSearch = useSearch({ from: "/settings/backends" });
  const navigate = useNavigate({ from: "/settings/backends" });
  const query = useApi("/api/storage-backends", { params: { query: { limit: 500 } } });
  const [asked, setAsked] = useState<Asked>(null);
  const [round, setRound] = useState(0);
  const isOnline = useIsOnline();
  const again = (): void => void query.refetch().then(() => setRound(round + 1));
  const show = (next: BackendsSearch = {}): void => void navigate({ search: next });
  const opened = query.data?.items.find(({ name }) => name === search.backend);
  const add = (
    <Button look="primary" disabled={!isOnline} title={isOnline ? undefined : common.offlineReason} icon={<Plus className="size-4" strokeWidth={1.5} aria-hidden="true" />} onClick={() => show({ add: "1" })}>
      {text.add}
    </Button>
  );
  const none = (
    <Empty drawing="storage" sentence={text.empty} action={add}>
      {text.emptyMore}
    </Empty>
  );
  return (
    <Page>
      <SettingsHeader tab="backends" actions={add} />
      <Loaded query={query} what={text.what} isEmpty={({ items }) => items.length === 0} empty={none}>
        {({ items }) => (
          <ul className="grid gap-4 lg:grid-cols-2">
            {items.map((backend) => (
              <BackendCard key={backend.name} backend={backend} onEdit={() => show({ backend: backend.name })} onAsk={(kind) => setAsked({ kind, backend })} />
            ))}
          </ul>
        )}
      </Loaded>
      {search.add && <BackendDrawer key="new" onClose={() => show()} onAgain={again} />}
      {opened && <BackendDrawer key={`${opened.name} ${round}`} backend={opened} onClose={() => show()} onAgain={again} />}
      {asked?.kind === "delete" && <DeleteDialog of={asked.backend} onClose={() => setAsked(null)} />}
      {asked?.kind === "test" && <TestDialog name={asked.backend.name} onClose={() => setAsked(null)} />}
    </Page>
  );
}
