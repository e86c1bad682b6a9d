import { Ellipsis } from "lucide-react";
import { useRouter } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { classes } from "@/lib/classes";
import { shell as text } from "@/lib/text/shell";
import { Menu } from "@/parts/ui/menu";
import { PageLink } from "@/parts/ui/page-link";
import { useCurrentRoot, usePlaces } from "./going";

const first = ["dashboard", "files", "search", "nodes"];
const form = "flex h-14 min-w-0 flex-1 flex-col items-center justify-center gap-0.5 text-12 focus-visible:-outline-offset-2";

/** Five tabs on a phone; what has no tab is under *More*. */
export function BottomBar(): ReactNode {
  const router = useRouter();
  const places = usePlaces();
  const current = useCurrentRoot();
  const rest = places.filter(({ name }) => !first.includes(name));
  const isInRest = rest.some(({ root }) => root === current);
  return (
    <nav aria-label={text.mainMenu} className="flex border-t bg-panel pb-[env(safe-area-inset-bottom)]">
      {places
        .filter(({ name }) => first.includes(name))
        .map(({ name, label, href, root, icon: Icon }) => (
          <PageLink key={name} href={href} aria-current={root === current ? "page" : undefined} className={classes(form, root === current ? "text-accent" : "text-muted")}>
            <Icon className="size-5" strokeWidth={1.5} aria-hidden="true" />
            {label}
          </PageLink>
        ))}
      {rest.length > 0 && (
        <Menu
          label={text.more}
          trigger={
            <button type="button" className={classes(form, isInRest ? "text-accent" : "text-muted")}>
              <Ellipsis className="size-5" strokeWidth={1.5} aria-hidden="true" />
              {text.more}
            </button>
          }
          entries={rest.map(({ label, href, icon: Icon }) => ({
            label,
            icon: <Icon className="size-4" strokeWidth={1.5} aria-hidden="true" />,
            onSelect: () => router.history.push(href),
          }))}
        />
      )}
    </nav>
  );
}
