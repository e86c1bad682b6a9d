import { Check, Columns3 } from "lucide-react";
import type { ReactNode } from "react";
import { directory as text } from "@/lib/text/directory";
import { IconButton } from "@/parts/ui/icon-button";
import { Menu } from "@/parts/ui/menu";
import { optional, setChoice, useChoice } from "./cells";

/** Which columns a listing shows besides those that it always has. */
export function ColumnsMenu(): ReactNode {
  const choice = useChoice();
  return (
    <Menu
      label={text.columns.choose}
      trigger={<IconButton label={text.columns.choose} icon={<Columns3 className="size-4" strokeWidth={1.5} aria-hidden="true" />} />}
      entries={optional.map((column) => ({
        label: text.columns[column],
        icon: <Check className={choice[column] ? "size-4" : "invisible size-4"} strokeWidth={1.5} aria-hidden="true" />,
        onSelect: () => setChoice({ [column]: !choice[column] }),
      }))}
    />
  );
}
