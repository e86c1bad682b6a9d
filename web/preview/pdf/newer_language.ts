/**
 * What pdf.js takes for granted and browsers of the last two years do not all have. Loaded before it, on the page and
 * in its worker.
 */

type Key = object;
interface Filled {
  getOrInsertComputed?: (this: Map<unknown, unknown>, key: unknown, make: (key: unknown) => unknown) => unknown;
}

function insertComputed(this: Map<unknown, unknown>, key: unknown, make: (key: unknown) => unknown): unknown {
  if (!this.has(key)) this.set(key, make(key));
  return this.get(key);
}

function filled(target: Key, name: string, value: unknown): void {
  if (!(name in target)) Object.defineProperty(target, name, { value, writable: true, configurable: true });
}

filled(Map.prototype as Filled, "getOrInsertComputed", insertComputed);
filled(WeakMap.prototype, "getOrInsertComputed", insertComputed);
filled(Math, "sumPrecise", (values: Iterable<number>) => [...values].reduce((sum, value) => sum + value, 0));
filled(Promise, "try", (work: (...given: unknown[]) => unknown, ...given: unknown[]) =>
  new Promise((resolve) => resolve(work(...given))),
);
filled(Uint8Array.prototype, "toHex", function (this: Uint8Array) {
  return Array.from(this, (byte) => byte.toString(16).padStart(2, "0")).join("");
});
filled(Uint8Array, "fromBase64", (text: string) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)));
