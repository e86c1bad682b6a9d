import { describe, expect, it } from "vitest";
import { conditionOf, type Step } from "./steps";

const said = (step: Record<string, unknown>): string => conditionOf(step as Step, (id) => id.replace("node-", ""));

describe("a filter step", () => {
  it("says what it asks for", () => {
    expect(said({ op: "glob", flags: "i", pattern: "**/*", outcome: "next", from: "/" })).toBe("Name or path: **/*, ignoring case");
    expect(said({ op: "age", max_days: 1 })).toBe("Age: at most 1 day");
    expect(said({ op: "size", max_bytes: 1 << 20, min_bytes: 512 })).toBe("Size: at most 1.0 MiB, at least 512 B");
    expect(said({ op: "access_age", missing: "include", max_days: 30 })).toBe("Last opened: at most 30 days, or never");
    expect(said({ op: "annotation", key: "model", plugin_name: "exif", value: "X" })).toBe('Annotation: exif, model, is "X"');
  });

  it("names nodes and not their ids", () => {
    expect(said({ op: "node", node_ids: ["node-nas", "node-laptop"] })).toBe("Node: nas, laptop");
  });

  it("says when it asks for the opposite", () => {
    expect(said({ op: "mime", types: ["video/*", "audio/*"], invert: true })).toBe("MIME type: not video/*, audio/*");
  });

  it("of a newer version is told by its fields", () => {
    expect(said({ op: "weather", min_rain: 3, places: ["a", "b"] })).toBe("weather: min rain 3, places a, b");
  });

  it("of which nothing is known is still named", () => {
    expect(said({ op: "label" })).toBe("Label");
  });
});
