/** Access keys: who may come in, and until when. */
import { Plus } from "lucide-react";
import { type ReactNode, useState } from "react";
import { useApi } from "@/api/queries";
import { useIsOnline } from "@/lib/live/connection";
import { common } from "@/lib/text/everywhere";
import { credentials as text } from "@/lib/text/settings-credentials";
import { Page, Panel } from "@/parts/page";
import { Empty, Loaded } from "@/parts/states";
import { Button } from "@/parts/ui/button";
import { SettingsHeader } from "../SettingsHeader";
import { CreateDialog } from "./CreateDialog";
import { keysCall } from "./keys";
import { KeyTable } from "./KeyTable";

export function CredentialsPage(): ReactNode {
  const query = useApi(...keysCall);
  const [isCreating, setCreating] = useState(false);
  const isOnline = useIsOnline();
  const add = (
    <Button look="primary" disabled={!isOnline} title={isOnline ? undefined : common.offlineReason} icon={<Plus className="size-4" strokeWidth={1.5} aria-hidden="true" />} onClick={() => setCreating(true)}>
      {text.add}
    </Button>
  );
  const none = (
    <Empty drawing="rules" sentence={text.empty} action={<Button look="primary" disabled={!isOnline} onClick={() => setCreating(true)}>{text.add}</Button>}>
      {text.emptyMore}
    </Empty>
  );
  return (
    <Page isFull>
      <SettingsHeader tab="credentials" actions={add} />
      <Panel isFlush className="min-h-0 flex-1">
        <Loaded query={query} what={text.what} isEmpty={({ items }) => items.length === 0} empty={none}>
          {({ items }) => <KeyTable keys={items} />}
        </Loaded>
      </Panel>
      {isCreating && <CreateDialog onClose={() => setCreating(false)} />}
    </Page>
  );
}
