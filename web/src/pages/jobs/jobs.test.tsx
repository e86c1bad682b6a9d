import { screen, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { type Answers, answering, inPage } from "@/lib/testing/in-page";
import { broken, goOffline, hasItsStates, listed, quietly } from "@/lib/testing/states";
import { common } from "@/lib/text/everywhere";
import { jobs as text } from "@/lib/text/jobs";
import { JobList } from "@/parts/job-list";
import { JobPage } from "./JobPage";

const job = { job_id: "j1", kind: "reindex", state: "running", created_at: "2026-01-15T14:30:00Z", created_by: "owner", cancellable: true, request: {} };
const ended = { ...job, job_id: "j2", kind: "verify", state: "done_with_errors", cancellable: false, finished_at: "2026-01-15T14:31:00Z", counts: { planned: 2, done: 1, failed: 1 } };
const call = "GET /api/jobs/j1";
const errors = "GET /api/jobs/j1/errors";
const wrong = { code: "io", message: "It cannot be read.", name: "a.txt" };

quietly();

describe("a job", () => {
  const show = (answers: Answers): void => {
    answering(answers);
    // The page is at an address with a parameter; what that is called is the route's.
    inPage(JobPage, "/jobs/j1", undefined, "/jobs/$jobId");
  };
  hasItsStates({ show, call, what: text.one, full: job, seen: text.states.running });

  it("that is not known says so", async () => {
    show({});
    expect(await screen.findByText(text.notFound)).toBeInTheDocument();
  });

  it("cannot be stopped offline, and says why", async () => {
    show({ [call]: () => job });
    const cancel = await screen.findByRole("button", { name: /^Cancel/ });
    goOffline();
    expect(cancel).toBeDisabled();
    expect(cancel).toHaveAttribute("title", common.offlineReason);
  });

  describe("and its errors", () => {
    hasItsStates({ show: (answers) => show({ [call]: () => ({ ...ended, job_id: "j1" }), ...answers }), call: errors, what: text.errorsWhat, full: listed(wrong), seen: "a.txt", empty: listed(), sentence: text.nothing });

    it("do not hide how it stands when they fail", async () => {
      show({ [call]: () => ({ ...ended, job_id: "j1" }), [errors]: broken });
      expect(await screen.findByRole("alert")).toBeInTheDocument();
      expect(screen.getByText(text.states.done_with_errors)).toBeInTheDocument();
    });
  });
});

describe("the list of jobs", () => {
  const show = (answers: Answers): void => {
    answering(answers);
    inPage(() => <JobList onClose={() => undefined} />);
  };
  hasItsStates({ show, call: "GET /api/jobs", what: text.what, full: listed(job, ended), seen: text.kinds.reindex, empty: listed(), sentence: text.none });

  it("tells those that go on from those that ended", async () => {
    show({ "GET /api/jobs": () => listed(job, ended) });
    const [going, over] = await screen.findAllByRole("list");
    expect(within(going as HTMLElement).getByRole("link")).toHaveTextContent(text.kinds.reindex);
    expect(over).toHaveTextContent(text.failed(1));
  });
});
