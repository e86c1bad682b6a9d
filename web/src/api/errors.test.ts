import { describe, expect, it } from "vitest";
import { refusalOf } from "./errors";

describe("what a call was refused with", () => {
  it("shows a name that turns the writing round, instead of obeying it", () => {
    const body = { error: { code: "not_found", message: "There is nothing at /folder \u202egnp.exe in the tree." } };
    const told = refusalOf(new Response(null, { status: 404 }), body);
    expect(told.message).toBe("There is nothing at /folder \u2039202E\u203agnp.exe in the tree.");
  });

  it("keeps the lines of what a program said", () => {
    const body = { error: { code: "source_failed", message: "It ended:\n  no such model\u0007\n" } };
    expect(refusalOf(new Response(null, { status: 502 }), body).message).toBe("It ended:\n  no such model\u2407");
  });
});
