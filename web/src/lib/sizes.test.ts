import { describe, expect, it } from "vitest";
import { exactBytes, plural, share, size } from "./sizes";

describe("sizes", () => {
  it.each([
    [0, "0 B"],
    [1023, "1023 B"],
    [1024, "1 KiB"],
    [10_000, "10 KiB"],
    [1_500_000, "1.4 MiB"],
    [62 * 1024 ** 2, "62 MiB"],
    [1024 ** 2 - 1, "1.0 MiB"],
    [270_553_174_016, "252 GiB"],
    [2000 * 1024 ** 5, "2,000 PiB"],
  ])("shows %i bytes as the command line does", (bytes, text) => {
    expect(size(bytes)).toBe(text);
  });

  it("has a dash for what is not known", () => {
    expect(size(null)).toBe("\u2013");
  });

  it("counts with the noun", () => {
    expect(plural(1, "file")).toBe("1 file");
    expect(plural(1204, "file")).toBe("1,204 files");
    expect(exactBytes(2048)).toBe("2,048 bytes");
  });

  it("keeps a share between nothing and all", () => {
    expect(share(5, 0)).toBe(0);
    expect(share(5, 4)).toBe(1);
  });
});
