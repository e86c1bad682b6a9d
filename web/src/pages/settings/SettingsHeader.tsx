import type { ReactNode } from "react";
import { addresses } from "@/lib/addresses";
import { settings as text } from "@/lib/text/settings";
import { PageHeader } from "@/parts/page";
import { Tabs } from "@/parts/ui/tabs";

const names = ["general", "credentials", "backends", "plugins", "about"] as const;
const tabs = names.map((name) => ({ label: text.tabs[name], href: addresses.settings(name) }));

export function SettingsHeader({ tab, actions }: { tab: (typeof names)[number]; actions?: ReactNode }): ReactNode {
  return (
    <PageHeader title={text.title} tab={text.tabs[tab]} actions={actions}>
      <Tabs label={text.title} tabs={tabs} current={addresses.settings(tab)} />
    </PageHeader>
  );
}
