/** The one-time code of a link such as `/#code=…`. */

/** Reads it and removes it from the address bar, before anything else runs. */
export function takeCode(place: Pick<Location, "hash" | "pathname" | "search">, past: Pick<History, "replaceState" | "state">): string | null {
  const code = new URLSearchParams(place.hash.slice(1)).get("code");
  if (code === null) return null;
  past.replaceState(past.state, "", place.pathname + place.search);
  return code;
}

/** Where to go after signing in: `?to=` of `/sign-in`, if it is a place of this page. */
export function wantedPlace(search: string): string {
  const to = new URLSearchParams(search).get("to") ?? "/";
  return /^\/(?![/\\])/.test(to) && !to.startsWith("/sign-in") ? to : "/";
}

export function signInAddress(place: Pick<Location, "pathname" | "search">): string {
  const here = place.pathname + place.search;
  return here === "/" ? "/sign-in" : `/sign-in?to=${encodeURIComponent(here)}`;
}
