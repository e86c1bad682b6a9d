import type { ReactNode } from "react";
import { addresses } from "@/lib/addresses";
import { storage as text } from "@/lib/text/storage";
import { PageHeader } from "@/parts/page";
import { Tabs } from "@/parts/ui/tabs";

const tabs = [
  { label: text.tabs.usage, href: addresses.storage("usage") },
  { label: text.tabs.pins, href: addresses.storage("copies") },
];

export function StorageHeader({ tab, actions }: { tab: "usage" | "pins"; actions?: ReactNode }): ReactNode {
  return (
    <PageHeader title={text.title} tab={text.tabs[tab]} actions={actions}>
      <Tabs label={text.title} tabs={tabs} current={addresses.storage(tab === "usage" ? "usage" : "copies")} />
    </PageHeader>
  );
}
