import "@testing-library/jest-dom/vitest";
import { cleanup, configure } from "@testing-library/react";
import { afterAll, afterEach, vi } from "vitest";

// A busy machine is slow; only what never comes is a fault.
configure({ asyncUtilTimeout: 5_000 });

afterEach(cleanup);

/** The next file finds an empty document, and modules that nothing has happened to. */
afterAll(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.resetModules();
  for (const part of [document.documentElement, document.body]) for (const name of part.getAttributeNames()) part.removeAttribute(name);
  document.body.replaceChildren();
  localStorage.clear();
  history.replaceState(null, "", "/");
});
/** jsdom has no layout: what asks for it gets a quiet answer. */
class QuietObserver {
  observe(): void {}
  unobserve(): void {}
  disconnect(): void {}
  takeRecords(): never[] {
    return [];
  }
}

Object.assign(globalThis, { ResizeObserver: QuietObserver, IntersectionObserver: QuietObserver });
Object.assign(Element.prototype, {
  scrollIntoView: () => undefined,
  hasPointerCapture: () => false,
  setPointerCapture: () => undefined,
  releasePointerCapture: () => undefined,
});
Object.assign(window, { scrollTo: () => undefined });
if (typeof window.matchMedia !== "function") {
  Object.assign(window, {
    matchMedia: (query: string) => ({
      matches: false,
      media: query,
      addEventListener: () => undefined,
      removeEventListener: () => undefined,
    }),
  });
}
