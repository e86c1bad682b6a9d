import { CircleAlert, X } from "lucide-react";
import { type ReactNode, useEffect, useState } from "react";
import { addresses, isOwnAddress } from "@/lib/addresses";
import { announce } from "@/lib/announce";
import { useActiveNotifications } from "@/lib/documents";
import { counted } from "@/lib/sizes";
import { dashboard as text } from "@/lib/text/dashboard";
import { visible, visibleText } from "@/lib/visible";
import { Time } from "@/parts/things";
import { buttonClasses } from "@/parts/ui/button";
import { IconButton } from "@/parts/ui/icon-button";
import { PageLink } from "@/parts/ui/page-link";

/** Dismissed until the page is loaded again; an episode that begins anew is shown anew. */
const dismissed = new Set<string>();

/** The newest error that nobody has acknowledged. */
export function AlertBanner(): ReactNode {
  const [, setCount] = useState(0);
  const errors = useActiveNotifications().filter(({ severity, _id, activated_at }) => severity === "error" && !dismissed.has(`${_id} ${activated_at}`));
  const [worst] = errors;
  const title = worst ? visible(worst.title) : "";
  useEffect(() => {
    if (title) announce(title);
  }, [title]);
  if (!worst) return null;
  const page = worst.actions?.find((action) => action.page && isOwnAddress(action.page))?.page;
  return (
    <section aria-label={title} className="rise flex items-start gap-3 rounded-panel border border-error bg-error-soft py-3 pr-2 pl-4">
      <CircleAlert className="mt-0.5 size-5 shrink-0 text-error" strokeWidth={1.5} aria-hidden="true" />
      <div className="min-w-0 flex-1">
        <p className="font-medium break-words">
          {title} <span className="text-13 font-normal text-muted">{<Time at={worst.activated_at} />}</span>
        </p>
        <p className="text-13 break-words whitespace-pre-line">{visibleText(worst.message)}</p>
        {errors.length > 1 && <p className="text-13 text-muted">{text.more(counted(errors.length - 1))}</p>}
      </div>
      <PageLink href={page ?? addresses.notifications()} className={buttonClasses("secondary", "small")}>
        {text.show}
      </PageLink>
      <IconButton
        scale="small"
        label={text.dismiss}
        onClick={() => {
          for (const { _id, activated_at } of errors) dismissed.add(`${_id} ${activated_at}`);
          setCount((count) => count + 1);
        }}
        icon={<X className="size-4" strokeWidth={1.5} aria-hidden="true" />}
      />
    </section>
  );
}
