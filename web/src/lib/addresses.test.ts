import { describe, expect, it } from "vitest";
import { addresses, isOwnAddress, parentOf, virtualPathOf } from "./addresses";

describe("addresses", () => {
  it.each(["/", "/a b/100%/c#d?e", "/日本/\u202e"])("finds the path %s again in its address", (path) => {
    expect(virtualPathOf(addresses.files(path), "/files")).toBe(path);
  });

  it("leaves out what a search does not ask for", () => {
    expect(addresses.search()).toBe("/search");
    expect(addresses.search({ q: "a b", label: ["x", "y"] })).toBe("/search?q=a+b&label=x&label=y");
  });

  it("knows the parent of the root", () => {
    expect([parentOf("/a/b"), parentOf("/a"), parentOf("/")]).toEqual(["/a", "/", "/"]);
  });

  it("follows only places of this page", () => {
    expect(["/settings/backends?authorise=x", "//evil", "https://evil", "/\\evil", "javascript:1"].map(isOwnAddress)).toEqual([
      true,
      false,
      false,
      false,
      false,
    ]);
  });
});
