import { QueryClientProvider } from "@tanstack/react-query";
import { fireEvent, render, screen, waitFor } from "@testing-library/react";
import { afterEach, expect, it, vi } from "vitest";
import { queryClient } from "@/api/queries";
import { CreateDialog } from "./CreateDialog";

const made = { key_id: "MOSAICFS_1", name: "phone", scope: "full", enabled: true, created_at: "2026-01-01T00:00:00Z", last_seen: null, secret_key: "mosaicfs_abc" };

function shown(onClose = vi.fn()): ReturnType<typeof vi.fn> {
  render(
    <QueryClientProvider client={queryClient}>
      <>
        <CreateDialog onClose={onClose} />
      </>
    </QueryClientProvider>,
  );
  return onClose;
}

afterEach(() => vi.unstubAllGlobals());

it("asks for a name before anything is sent", () => {
  const ask = vi.fn();
  vi.stubGlobal("fetch", ask);
  shown();
  fireEvent.click(screen.getByRole("button", { name: "Create" }));
  expect(screen.getByRole("alert").textContent).toContain("Give it a name");
  expect(ask).not.toHaveBeenCalled();
});

it("shows the secret once, and is left only by saying that it is kept", async () => {
  vi.stubGlobal("fetch", () => Promise.resolve(new Response(JSON.stringify(made), { status: 201, headers: { "Content-Type": "application/json" } })));
  const onClose = shown();
  fireEvent.change(screen.getByLabelText(/^Name/), { target: { value: "phone" } });
  fireEvent.click(screen.getByRole("button", { name: "Create" }));
  await waitFor(() => expect(screen.getByText("mosaicfs_abc")).toBeTruthy());
  fireEvent.keyDown(document.activeElement ?? document.body, { key: "Escape" });
  expect(onClose).not.toHaveBeenCalled();
  fireEvent.click(screen.getByRole("button", { name: "I have saved this" }));
  expect(onClose).toHaveBeenCalledOnce();
});

it("says what the server refused", async () => {
  const refusal = { error: { code: "validation_failed", message: "The name is too odd." } };
  vi.stubGlobal("fetch", () => Promise.resolve(new Response(JSON.stringify(refusal), { status: 422, headers: { "Content-Type": "application/json" } })));
  shown();
  fireEvent.change(screen.getByLabelText(/^Name/), { target: { value: "x" } });
  fireEvent.click(screen.getByRole("button", { name: "Create" }));
  await waitFor(() => expect(screen.getByRole("alert").textContent).toBe("The name is too odd."));
});
