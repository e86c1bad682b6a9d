import type { ReactNode } from "react";
import { addresses } from "@/lib/addresses";
import type { Documents } from "@/lib/documents";
import { dashboard as text } from "@/lib/text/dashboard";
import { Empty } from "@/parts/states";
import { buttonClasses } from "@/parts/ui/button";
import { PageLink } from "@/parts/ui/page-link";

/** A new instance: the three ways to begin. */
export function Fresh({ node }: { node: Documents["node"] | undefined }): ReactNode {
  return (
    <section className="rounded-panel border bg-panel">
      <Empty
        drawing="files"
        sentence={text.fresh}
        action={
          <>
            <PageLink href={node ? `${addresses.node(node.node_id)}#watch` : addresses.nodes()} className={buttonClasses("primary")}>
              {text.watch}
            </PageLink>
            <PageLink href={`${addresses.nodes()}?add=1`} className={buttonClasses()}>
              {text.addNode}
            </PageLink>
            <PageLink href={`${addresses.vfs()}?create=1`} className={buttonClasses()}>
              {text.create}
            </PageLink>
          </>
        }
      >
        {text.freshMore}
      </Empty>
    </section>
  );
}
