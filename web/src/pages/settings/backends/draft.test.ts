import { describe, expect, it } from "vitest";
import { backends as text } from "@/lib/text/settings-backends";
import { changedOf, optionsOf } from "@/parts/schema-form";
import { type Backend, differencesOf, draftOf, newOf, offersOf, patchOf, problemsOf } from "./draft";

const options = optionsOf({ properties: { bucket: { type: "string" }, key: { type: "secret" } }, required: ["bucket"] });
const backend: Backend = {
  name: "photos",
  backend: "s3",
  mode: "source",
  enabled: true,
  created_at: "",
  type: "storage_backend",
  live: null,
  backend_config: { bucket: "b", odd: [1] },
  secrets: { key: "__REDACTED__" },
  poll_interval_s: 60,
};

describe("a storage backend while it is written", () => {
  it("is offered by the plugins of its node, but for the node's own folders", () => {
    const plugin = { name: "s3", title: "S3", kind: "", version: "", standing: "", reason: "", configured: false };
    const offers = offersOf([{ ...plugin, backends: [{ backend: "s3" }] }, { ...plugin, name: "disk", backends: [{ backend: "disk" }] }, { ...plugin, backends: null }]);
    expect(offers.map(({ backend: type, modes }) => [type, modes])).toEqual([["s3", ["source"]]]);
  });

  it("sends only what differs, and no secret that was not typed", () => {
    const saved = draftOf(backend, options);
    expect(patchOf(saved, saved, changedOf(options, saved.options, saved.options))).toEqual({});
    const draft = { ...saved, poll: "", options: { ...saved.options, bucket: "c", key: { isSet: true, text: "new" } } };
    expect(patchOf(draft, saved, changedOf(options, draft.options, saved.options))).toEqual({ poll_interval_s: null, backend_config: { bucket: "c" }, secrets: { key: "new" } });
  });

  it("is made whole, and switched off while it is only tried", () => {
    const first = draftOf(null, options);
    const draft = { ...first, name: " x ", schedule: "22:00-06:00", options: { ...first.options, bucket: "b" } };
    const made = newOf(draft, "s3", "node-a", changedOf(options, draft.options, first.options), false);
    expect(made).toEqual({ name: "x", backend: "s3", mode: "source", enabled: false, hosting_node_id: "node-a", backend_config: { bucket: "b" }, secrets: {}, schedule: "22:00-06:00" });
  });

  it("names what is wrong", () => {
    expect(Object.keys(problemsOf({ ...draftOf(null, options), poll: "5", schedule: "night" }))).toEqual(["name", "poll", "schedule"]);
    expect(problemsOf(draftOf(backend, options))).toEqual({});
  });

  it("lies beside what somebody else made of the same fields, and of no others", () => {
    const base = draftOf(backend, options);
    const theirs = { ...base, poll: "120", options: { ...base.options, bucket: "theirs" } };
    expect(differencesOf(options, theirs, { ...base, schedule: "22:00-06:00" }, base)).toEqual([{ field: text.schedule, theirs: text.always, mine: "22:00-06:00" }]);
    expect(differencesOf(options, theirs, { ...base, options: { ...base.options, bucket: "mine" } }, base)).toEqual([{ field: "Bucket", theirs: "theirs", mine: "mine" }]);
  });
});
