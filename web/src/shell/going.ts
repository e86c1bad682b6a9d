/** The places that there are pages for, and how keys go to them. */
import { useRouter, useRouterState } from "@tanstack/react-router";
import { useEffect, useMemo } from "react";
import { addShortcut } from "@/lib/shortcuts";
import { type Place, placesOf, rootOf } from "./places";

export function usePlaces(): readonly Place[] {
  const { routesByPath } = useRouter();
  return useMemo(() => placesOf(Object.keys(routesByPath)), [routesByPath]);
}

/** The place that the present address belongs to. */
export function useCurrentRoot(): string {
  return useRouterState({ select: ({ location }) => rootOf(location.pathname) });
}

/** `g` and the letter of each place. */
export function useGoKeys(): void {
  const { history } = useRouter();
  const places = usePlaces();
  useEffect(() => {
    const all = places.map(({ key, label, href }) =>
      addShortcut({ keys: `g ${key}`, label, group: "go", run: () => history.push(href) }),
    );
    return () => all.forEach((remove) => remove());
  }, [history, places]);
}
