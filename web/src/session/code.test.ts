import { describe, expect, it, vi } from "vitest";
import { signInAddress, takeCode, wantedPlace } from "./code";

describe("a one-time link", () => {
  it("gives its code and leaves nothing of it in the address", () => {
    const replaceState = vi.fn();
    const place = { hash: "#code=abc_-1", pathname: "/files/a", search: "?file=x" };
    expect(takeCode(place, { replaceState, state: null })).toBe("abc_-1");
    expect(replaceState).toHaveBeenCalledWith(null, "", "/files/a?file=x");
  });

  it("is not every fragment", () => {
    const replaceState = vi.fn();
    expect(takeCode({ hash: "#watch", pathname: "/", search: "" }, { replaceState, state: null })).toBeNull();
    expect(replaceState).not.toHaveBeenCalled();
  });
});

describe("the way back after signing in", () => {
  it("is the address with its drawer", () => {
    const address = signInAddress({ pathname: "/files/a%20b", search: "?file=x" });
    expect(wantedPlace(address.slice(address.indexOf("?")))).toBe("/files/a%20b?file=x");
  });

  it.each(["?to=//evil.example", "?to=https://evil.example", "?to=/\\evil", "?to=/sign-in?to=/", ""])("never leads elsewhere: %s", (search) => {
    expect(wantedPlace(search)).toBe("/");
  });
});
