import { describe, expect, it } from "vitest";
import { changedOf, type Draft, draftOf, problemsOf, type Settings } from "./draft";

const settings: Settings = {
  instance_name: "Home",
  deleted_files_retention_days: 90,
  utilization_retention_days: 30,
  offline_notice_s: { "node-a": 600 },
  cache_max_bytes: 5 * 2 ** 30,
  cache_min_free_bytes: null,
  nightly_crawl: false,
  nightly_crawl_at: null,
  log_level: null,
};
const saved = draftOf(settings, [{ name: "photos", poll_interval_s: 60 }, { name: "mail" }]);

function edited(fields: Partial<Draft["fields"]>, rest: Partial<Draft> = {}): Draft {
  return { ...saved, ...rest, fields: { ...saved.fields, ...fields } };
}

describe("settings while they are edited", () => {
  it("show a default as nothing", () => {
    expect(saved.fields).toMatchObject({ deleted_files_retention_days: "", utilization_retention_days: "30", cache_max_bytes: "5", nightly_crawl: "off", log_level: "" });
  });

  it("send nothing where nothing changed, and only what did", () => {
    expect(changedOf(saved, saved)).toEqual({ settings: {}, polls: {}, count: 0 });
    const draft = edited({ cache_max_bytes: "1.5", nightly_crawl: "" }, { notices: { "node-a": "", "node-b": "0" }, polls: { photos: "30", mail: "" } });
    expect(changedOf(draft, saved)).toEqual({
      settings: { cache_max_bytes: 1.5 * 2 ** 30, nightly_crawl: null, offline_notice_s: { "node-a": null, "node-b": 0 } },
      polls: { photos: 30 },
      count: 5,
    });
  });

  it("name what is wrong at its field", () => {
    const draft = edited({ deleted_files_retention_days: "-1", cache_max_bytes: "much", utilization_retention_days: "99999" }, { polls: { photos: "2" } });
    expect(Object.keys(problemsOf(draft))).toEqual(["deleted_files_retention_days", "utilization_retention_days", "cache_max_bytes", "poll:photos"]);
    expect(problemsOf(saved)).toEqual({});
  });
});
