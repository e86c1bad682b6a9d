/** The contents of a directory with all that can be done with them, in every state that they can be in. */
import { type ReactNode, useRef, useState } from "react";
import { addresses } from "@/lib/addresses";
import { directory as text } from "@/lib/text/directory";
import { visible } from "@/lib/visible";
import { Empty, Failure, Gap, NoMatch, Offline, SkeletonRows } from "@/parts/states";
import { buttonClasses } from "@/parts/ui/button";
import { PageLink } from "@/parts/ui/page-link";
import { AskedDialog } from "./AskedDialog";
import { CountsLine } from "./Bars";
import { includeOf, useChoice } from "./cells";
import { EntryTable } from "./EntryTable";
import type { Asked } from "./entry-menu";
import { useListing } from "./listing";
import type { Order } from "./order";

export interface DirectoryListProps {
  path: string;
  order: Order;
  onOrder: (order: Order) => void;
  filter: string;
  onClearFilter: () => void;
  /** Which page a directory is opened on. */
  on: "files" | "vfs";
  /** What is offered where nothing is shown; *Edit mounts* by default. */
  emptyAction?: ReactNode;
}

export function DirectoryList(props: DirectoryListProps): ReactNode {
  const { path, order, filter } = props;
  const choice = useChoice();
  const listing = useListing({ path, order, filter, include: includeOf(choice) });
  const [asked, setAsked] = useState<Asked | null>(null);
  // Who was at a row goes on at a row, in whatever directory.
  const takesFocusRef = useRef(false);
  const { head, error, count, retry } = listing;
  const failure = error && <Failure what={text.what(visible(path))} error={error} onRetry={retry} />;
  if (!head) return failure ?? <SkeletonRows count={12} />;
  const cleared = (): void => {
    props.onClearFilter();
    document.querySelector<HTMLElement>("[data-page-search]")?.focus();
  };
  const isTable = head.total !== 0 && count !== null && count > 0;
  const hasGap = isTable && error !== null && !listing.isWhole;
  return (
    <div className="flex h-full min-h-0 flex-col">
      <Offline asOf={listing.asOf} hasFailed={error !== null && !hasGap} />
      {hasGap && <Gap what={text.someOf(visible(path))} error={error} onRetry={retry} />}
      {isTable ? (
        <EntryTable key={path} {...props} listing={listing} choice={choice} onAsk={setAsked} takesFocusRef={takesFocusRef} />
      ) : (
        <>
          <div className="min-h-0 flex-1 overflow-auto">{head.total === 0 ? <Nothing {...props} isDocument={head.directory.origin === "document"} /> : count === 0 ? <NoMatch by={visible(filter)} onClear={cleared} /> : error ? failure : <SkeletonRows count={12} />}</div>
          <CountsLine listing={listing} onAsk={setAsked} />
        </>
      )}
      {asked && <AskedDialog asked={asked} hidden={head} onClose={() => setAsked(null)} />}
    </div>
  );
}

function Nothing({ path, isDocument, emptyAction }: DirectoryListProps & { isDocument: boolean }): ReactNode {
  const edit = isDocument && (
    <PageLink href={`${addresses.vfs(path)}?edit=mounts`} className={buttonClasses("primary")}>
      {text.editMounts}
    </PageLink>
  );
  return (
    <Empty drawing="directory" sentence={text.empty} action={emptyAction ?? edit}>
      {text.emptyMore}
    </Empty>
  );
}
