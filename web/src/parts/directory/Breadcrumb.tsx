/** Where one is, each part a link; the free space beside it turns into a path that can be typed. */
import { ChevronRight, PencilLine } from "lucide-react";
import { Fragment, type KeyboardEvent, type ReactNode, type RefObject, useEffect, useRef, useState } from "react";
import { useApi } from "@/api/queries";
import { parentOf } from "@/lib/addresses";
import { useSettled } from "@/lib/settled";
import { breadcrumb as text } from "@/lib/text/tree";
import { visible } from "@/lib/visible";
import { Combobox } from "@/parts/ui/combobox";
import { IconButton } from "@/parts/ui/icon-button";
import { PageLink } from "@/parts/ui/page-link";

export interface BreadcrumbProps {
  path: string;
  /** What the top is called. */
  top: string;
  hrefOf: (path: string) => string;
  onGo: (path: string) => void;
}

export function Breadcrumb(props: BreadcrumbProps): ReactNode {
  const [isTyped, setTyped] = useState(false);
  const takesFocusRef = useRef(false);
  const close = (isByKey: boolean): void => {
    takesFocusRef.current = isByKey;
    setTyped(false);
  };
  if (isTyped) return <TypedPath {...props} onClose={close} />;
  return <Parts {...props} takesFocusRef={takesFocusRef} onType={() => setTyped(true)} />;
}

function Parts({ path, top, hrefOf, takesFocusRef, onType }: BreadcrumbProps & { takesFocusRef: RefObject<boolean>; onType: () => void }): ReactNode {
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (takesFocusRef.current) button.current?.focus();
    takesFocusRef.current = false;
  }, [takesFocusRef]);
  const names = path.split("/").filter(Boolean);
  const parts = names.map((name, at) => ({ name: visible(name), path: `/${names.slice(0, at + 1).join("/")}` }));
  const all = [{ name: top, path: "/" }, ...parts];
  return (
    <nav aria-label={text.label} className="group flex h-control min-w-0 items-center text-13">
      {/* Backwards, so that of a path too long for its line the end is seen first. */}
      <div className="-ml-1.5 flex min-w-0 flex-row-reverse overflow-x-auto py-1 pl-0.5 [scrollbar-width:none]">
      <ol className="mr-auto flex shrink-0 items-center">
        {all.map(({ name, path: to }, at) => (
          <Fragment key={to}>
            {at > 0 && <ChevronRight className="size-4 shrink-0 text-muted" strokeWidth={1.5} aria-hidden="true" />}
            <li className="max-w-60 shrink-0">
              <PageLink
                href={hrefOf(to)}
                aria-current={at === all.length - 1 ? "page" : undefined}
                title={name}
                className="flex h-7 items-center rounded-control px-1.5 focus-visible:-outline-offset-2 pointer-coarse:h-11 text-muted hover:bg-raised hover:text-ink aria-[current]:font-medium aria-[current]:text-ink"
              >
                <bdi className="truncate">{name}</bdi>
              </PageLink>
            </li>
          </Fragment>
        ))}
      </ol>
      </div>
      {/* The button beside it does the same by keyboard. */}
      {/* eslint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-static-element-interactions */}
      <span className="h-full min-w-4 flex-1 cursor-text" onClick={onType} />
      <IconButton
        ref={button}
        scale="small"
        label={text.type}
        icon={<PencilLine className="size-4" strokeWidth={1.5} aria-hidden="true" />}
        onClick={onType}
        className="opacity-0 group-focus-within:opacity-100 group-hover:opacity-100 pointer-coarse:opacity-100"
      />
    </nav>
  );
}

function TypedPath({ path, onGo, onClose }: BreadcrumbProps & { onClose: (isByKey: boolean) => void }): ReactNode {
  const [typed, setTyped] = useState(path === "/" ? "/" : `${path}/`);
  const parent = useSettled(parentOf(typed) || "/", 150);
  const { data } = useApi("/api/vfs/tree", { params: { query: { path: parent, depth: 1 } } }, { enabled: typed.startsWith("/"), keepsPrevious: true });
  const completions = (data?.children ?? []).map(({ virtual_path }) => ({ value: virtual_path })).filter(({ value }) => value.toLowerCase().startsWith(typed.toLowerCase()) && value !== typed);
  const take = (wanted: string): void => {
    const names = wanted.split("/").filter(Boolean);
    onGo(`/${names.join("/")}`);
    onClose(true);
  };
  const keyed = (event: KeyboardEvent): void => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    onClose(true);
  };
  return (
    // Leaving the field closes it.
    // eslint-disable-next-line jsx-a11y/no-static-element-interactions
    <div
      className="flex h-control items-center"
      ref={(element) => {
        const field = element?.querySelector("input");
        if (field && document.activeElement !== field) field.focus();
      }}
      onBlur={(event) => !event.currentTarget.contains(event.relatedTarget) && onClose(false)}
    >
      <Combobox label={text.typed} value={typed} onChange={setTyped} completions={completions.slice(0, 50)} onTake={take} onKeyDown={keyed} isMono />
    </div>
  );
}
