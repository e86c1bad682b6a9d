import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { ApiError, unreachable } from "@/api/errors";
import { signIn as text } from "@/lib/text/signIn";
import { SignInForm } from "./SignInForm";
import { signIn } from "./signing";

vi.mock("./signing", () => ({ signIn: vi.fn() }));
const refused = (status: number, more = {}): ApiError => new ApiError({ status, code: "x", message: "m", requestId: "", ...more });

async function submit(): Promise<void> {
  render(<SignInForm />);
  await userEvent.type(screen.getByLabelText(text.key), "MOSAICFS_1");
  await userEvent.type(screen.getByLabelText(text.secret), "s");
  await userEvent.click(screen.getByRole("button", { name: text.submit }));
}

describe("the sign-in form", () => {
  beforeEach(() => void vi.mocked(signIn).mockReset());

  it("is one that a password manager fills", () => {
    render(<SignInForm />);
    expect(screen.getByLabelText(text.key)).toHaveAttribute("autocomplete", "username");
    expect(screen.getByLabelText(text.secret)).toHaveAttribute("autocomplete", "current-password");
  });

  it("goes to what is still empty instead of asking the server", async () => {
    render(<SignInForm />);
    await userEvent.type(screen.getByLabelText(text.key), "MOSAICFS_1");
    await userEvent.click(screen.getByRole("button", { name: text.submit }));
    expect(screen.getByLabelText(text.secret)).toHaveFocus();
    expect(signIn).not.toHaveBeenCalled();
  });

  it("never says which of the two is wrong", async () => {
    vi.mocked(signIn).mockRejectedValue(refused(401));
    await submit();
    expect(screen.getByRole("alert")).toHaveTextContent(text.wrong);
  });

  it("counts down when there were too many attempts", async () => {
    vi.mocked(signIn).mockRejectedValue(refused(429, { retryAfter: 42 }));
    await submit();
    expect(screen.getByRole("alert")).toHaveTextContent(/4[12] s/);
    expect(screen.getByRole("button")).toBeDisabled();
  });

  it("names the address that does not answer, and tries again on the button", async () => {
    vi.mocked(signIn).mockRejectedValueOnce(unreachable()).mockResolvedValue(undefined);
    await submit();
    expect(screen.getByRole("alert")).toHaveTextContent(location.host);
    await userEvent.click(screen.getByRole("button", { name: text.retry }));
    expect(signIn).toHaveBeenCalledTimes(2);
  });
});
