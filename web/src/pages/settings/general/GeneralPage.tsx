/** Settings of the whole instance: each with its default, in force at once. */
import { type ReactNode, useMemo } from "react";
import { useQuery } from "@tanstack/react-query";
import { tagged } from "@/api/client";
import type { ApiError } from "@/api/errors";
import { useApi } from "@/api/queries";
import { general as text } from "@/lib/text/settings-general";
import { Page, Panel } from "@/parts/page";
import { Failure, Loaded, SkeletonPanel } from "@/parts/states";
import { SettingsHeader } from "../SettingsHeader";
import { Channels } from "./Channels";
import { GeneralForm } from "./GeneralForm";

export function GeneralPage(): ReactNode {
  const settings = useQuery<{ data: Awaited<ReturnType<typeof read>>["data"]; etag: string }, ApiError>({ queryKey: ["/api/system/settings", "tagged"], queryFn: read });
  const backends = useApi("/api/storage-backends", { params: { query: { limit: 500 } } });
  const sources = useMemo(() => (backends.data?.items ?? []).filter(({ mode }) => mode !== "target"), [backends.data]);
  return (
    <Page>
      <SettingsHeader tab="general" />
      <Loaded query={settings} what={text.what} skeleton={<SkeletonPanel height={640} />}>
        {({ data, etag }) => <GeneralForm settings={data} etag={etag} sources={sources} />}
      </Loaded>
      {backends.error && !backends.data && (
        <Panel title={text.polls}>
          <Failure what={text.polls} error={backends.error} onRetry={() => void backends.refetch()} />
        </Panel>
      )}
      <Channels />
    </Page>
  );
}

function read() {
  return tagged("/api/system/settings");
}
