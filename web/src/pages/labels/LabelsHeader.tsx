import type { ReactNode } from "react";
import { addresses } from "@/lib/addresses";
import { labels as text } from "@/lib/text/labels";
import { PageHeader } from "@/parts/page";
import { Tabs } from "@/parts/ui/tabs";

const tabs = [
  { label: text.tabs.assignments, href: addresses.labels("assignments") },
  { label: text.tabs.rules, href: addresses.labels("rules") },
];

export function LabelsHeader({ tab, actions }: { tab: "assignments" | "rules"; actions?: ReactNode }): ReactNode {
  return (
    <PageHeader title={text.title} tab={text.tabs[tab]} actions={actions}>
      <Tabs label={text.title} tabs={tabs} current={addresses.labels(tab)} />
    </PageHeader>
  );
}
