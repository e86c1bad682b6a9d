import { Trash2 } from "lucide-react";
import { type ReactNode, useCallback, useMemo, useState } from "react";
import { api } from "@/api/client";
import { queryClient, useChange } from "@/api/queries";
import { useNow } from "@/lib/clock";
import { useIsOnline } from "@/lib/live/connection";
import { credentials as text } from "@/lib/text/settings-credentials";
import { visible } from "@/lib/visible";
import { type Column, VirtualTable } from "@/parts/list";
import { Badge, Name, Time } from "@/parts/things";
import { Switch } from "@/parts/ui/choices";
import { IconButton } from "@/parts/ui/icon-button";
import { toast } from "@/parts/ui/toast";
import { DeleteDialog, DisableDialog } from "./key-dialogs";
import { EditDialog } from "./EditDialog";
import { isWithinDays } from "./expiry";
import { isOwn, type Key, keysCall } from "./keys";

type Asked = { kind: "edit" | "delete" | "disable"; key: Key } | null;

export function KeyTable({ keys }: { keys: readonly Key[] }): ReactNode {
  const [asked, setAsked] = useState<Asked>(null);
  const keyAt = useCallback((at: number) => keys[at]?.key_id, [keys]);
  const columns = useMemo(() => columnsOf(setAsked), []);
  const close = (): void => setAsked(null);
  return (
    <>
      <VirtualTable
        label={text.what}
        count={keys.length}
        rowAt={(at) => keys[at]}
        keyAt={keyAt}
        columns={columns}
        onOpen={(key) => setAsked({ kind: "edit", key })}
        className="h-full"
        phoneRow={(key) => (
          <div className="flex items-center gap-3">
            <div className="flex min-w-0 flex-1 flex-col">
              <KeyName of={key} />
              <span className="truncate text-12 text-muted">
                {scopeOf(key)} · {text.lastSeen.toLowerCase()} <LastSeen at={key.last_seen} />
              </span>
            </div>
            <Enabled of={key} onDisable={() => setAsked({ kind: "disable", key })} />
            <DeleteButton of={key} onDelete={() => setAsked({ kind: "delete", key })} />
          </div>
        )}
      />
      {asked?.kind === "edit" && <EditDialog of={asked.key} onClose={close} />}
      {asked?.kind === "delete" && <DeleteDialog of={asked.key} onClose={close} />}
      {asked?.kind === "disable" && <DisableDialog of={asked.key} onClose={close} />}
    </>
  );
}

function columnsOf(ask: (asked: Asked) => void): readonly Column<Key>[] {
  return [
    { id: "name", header: text.name, width: "minmax(160px,1.4fr)", cell: (key) => <KeyName of={key} /> },
    { id: "id", header: text.id, width: "minmax(80px,1.2fr)", cell: ({ key_id }) => <span className="truncate font-mono text-12 text-muted">{key_id}</span> },
    { id: "scope", header: text.scope, width: "132px", cell: scopeOf },
    { id: "created", header: text.created, width: "124px", isRight: true, cell: ({ created_at }) => <Time at={created_at} /> },
    { id: "seen", header: text.lastSeen, width: "124px", isRight: true, cell: ({ last_seen }) => <LastSeen at={last_seen} /> },
    { id: "expires", header: text.expires, width: "132px", isRight: true, cell: ({ expires_at }) => <Expiry at={expires_at} /> },
    { id: "enabled", header: text.enabled, width: "88px", isRight: true, cell: (key) => <Enabled of={key} onDisable={() => ask({ kind: "disable", key })} /> },
    { id: "delete", header: text.delete, width: "80px", isRight: true, cell: (key) => <DeleteButton of={key} onDelete={() => ask({ kind: "delete", key })} /> },
  ];
}

function scopeOf({ scope }: Key): string {
  return (text.scopes as Record<string, string>)[scope] ?? visible(scope);
}

function KeyName({ of }: { of: Key }): ReactNode {
  return (
    <span className="flex min-w-0 items-center gap-2">
      <Name className="font-medium">{of.name}</Name>
      {isOwn(of) && <Badge tone="accent">{text.own}</Badge>}
    </span>
  );
}

function LastSeen({ at }: { at: string | null }): ReactNode {
  return at ? <Time at={at} /> : text.never;
}

function Expiry({ at }: { at: string | null | undefined }): ReactNode {
  const now = useNow();
  if (!at) return <span className="text-muted">{text.never}</span>;
  if (Date.parse(at) <= now) return <Badge tone="error">{text.ended}</Badge>;
  return isWithinDays(at, 7, now) ? (
    <Badge tone="warn">
      <Time at={at} />
    </Badge>
  ) : (
    <Time at={at} />
  );
}

/** Acts at once; the key that one is signed in with asks first. */
function Enabled({ of, onDisable }: { of: Key; onDisable: () => void }): ReactNode {
  const isOnline = useIsOnline();
  const change = useChange((enabled: boolean) => api.PATCH("/api/credentials/{key_id}", { params: { path: { key_id: of.key_id } }, body: { enabled } }), {
    touches: ["/api/credentials"],
    shown: (enabled) => showEnabled(of.key_id, enabled),
  });
  const turn = (enabled: boolean): void => {
    if (!enabled && isOwn(of)) onDisable();
    else change.mutate(enabled, { onError: (error) => toast.failed(text.switchFailed(visible(of.name)), error) });
  };
  return <Switch checked={of.enabled} disabled={!isOnline} label={text.switch(visible(of.name))} onChange={turn} />;
}

function showEnabled(keyId: string, enabled: boolean): () => void {
  const before = queryClient.getQueryData<{ items: Key[] }>(keysCall);
  if (before) queryClient.setQueryData(keysCall, { ...before, items: before.items.map((key) => (key.key_id === keyId ? { ...key, enabled } : key)) });
  return () => queryClient.setQueryData(keysCall, before);
}

function DeleteButton({ of, onDelete }: { of: Key; onDelete: () => void }): ReactNode {
  const isOnline = useIsOnline();
  return (
    <IconButton scale="small" label={text.deleteOf(visible(of.name))} disabled={!isOnline} icon={<Trash2 className="size-4" strokeWidth={1.5} aria-hidden="true" />} onClick={onDelete} />
  );
}
