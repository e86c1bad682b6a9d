/** What stands around every page: sidebar or bottom bar, top bar, the drawer, the palette. */
import { Outlet, useRouterState } from "@tanstack/react-router";
import { type ReactNode, type RefObject, Suspense, useEffect, useRef, useState } from "react";
import { announced } from "@/lib/announce";
import { useIsPhone } from "@/lib/media";
import { useShortcut } from "@/lib/shortcuts";
import { useSignal } from "@/lib/signal";
import { shell as text } from "@/lib/text/shell";
import { laterLayer } from "@/parts/later";
import { BottomBar } from "./BottomBar";
import { useGoKeys } from "./going";
import { useInstance } from "./instance";
import { rootOf } from "./places";
import { Sidebar } from "./Sidebar";
import { FileDrawerSlot } from "./slots";
import { TopBar } from "./TopBar";

const Palette = laterLayer(async () => (await import("./Palette")).Palette);
const ShortcutList = laterLayer(async () => (await import("./ShortcutList")).ShortcutList);

type Layer = "palette" | "shortcuts" | null;

export function Frame(): ReactNode {
  const [layer, setLayer] = useState<Layer>(null);
  const isPhone = useIsPhone();
  const main = useRef<HTMLElement>(null);
  useGoKeys();
  useTopOfNewPage(main);
  useShortcut({ keys: "Mod K", label: text.keyLabels.palette, group: "everywhere" }, () => setLayer("palette"));
  useShortcut({ keys: "?", label: text.keyLabels.list, group: "everywhere" }, () => setLayer("shortcuts"));
  useShortcut({ keys: "/", label: text.keyLabels.search, group: "everywhere" }, () => {
    const field = document.querySelector<HTMLInputElement>("[data-page-search]");
    if (field) field.select();
    else setLayer("palette");
  });
  return (
    <div className="flex h-full min-h-0">
      <a href="#main" className="fixed top-2 left-2 z-50 -translate-y-20 rounded-control bg-accent px-3 py-2 text-on-accent focus:translate-y-0">
        {text.skip}
      </a>
      {!isPhone && <Sidebar />}
      <div className="flex min-w-0 flex-1 flex-col">
        <DeveloperBar />
        <TopBar onPalette={() => setLayer("palette")} onShortcuts={() => setLayer("shortcuts")} />
        <main id="main" ref={main} tabIndex={-1} className="relative min-h-0 flex-1 overflow-y-auto outline-none">
          <Suspense fallback={null}>
            <Outlet />
          </Suspense>
        </main>
        {isPhone && <BottomBar />}
      </div>
      <FileDrawerSlot />
      <Suspense fallback={null}>
        {layer === "palette" && <Palette onClose={() => setLayer(null)} onShortcuts={() => setLayer("shortcuts")} />}
        {layer === "shortcuts" && <ShortcutList onClose={() => setLayer(null)} />}
      </Suspense>
      <Announcements />
    </div>
  );
}

function DeveloperBar(): ReactNode {
  if (!useInstance()?.developer_mode) return null;
  return <p className="bg-warn-soft px-gutter py-1 text-center text-12 text-warn">{text.developerMode}</p>;
}

function Announcements(): ReactNode {
  return (
    <div aria-live="polite" className="sr-only">
      {useSignal(announced)}
    </div>
  );
}

/** After going to another page the keyboard goes on at its beginning; going back finds the place again. */
function useTopOfNewPage(main: RefObject<HTMLElement | null>): void {
  const { pathname, entry } = useRouterState({
    select: ({ location }) => ({ pathname: location.pathname, entry: location.state.__TSR_key ?? "" }),
    structuralSharing: true,
  });
  const before = useRef(pathname);
  const seen = useRef(new Map<string, number>());
  useEffect(() => {
    const element = main.current;
    if (!element) return undefined;
    if (before.current !== pathname) element.scrollTo(0, seen.current.get(entry) ?? 0);
    if (rootOf(before.current) !== rootOf(pathname)) element.focus({ preventScroll: true });
    before.current = pathname;
    const keep = (): Map<string, number> => seen.current.set(entry, element.scrollTop);
    element.addEventListener("scroll", keep, { passive: true });
    return () => element.removeEventListener("scroll", keep);
  }, [pathname, entry, main]);
}
