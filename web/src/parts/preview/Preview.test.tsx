import { act, fireEvent, render, screen, waitFor } from "@testing-library/react";
import type { ReactNode } from "react";
import { beforeEach, expect, test, vi } from "vitest";
import { Preview, type PreviewProps } from ".";

const MIB = 1024 * 1024;
const getToken = vi.fn<PreviewProps["getToken"]>();
const getRange = vi.fn<PreviewProps["getRange"]>();
const onDownload = vi.fn();

beforeEach(() => {
  vi.resetAllMocks();
  getToken.mockResolvedValue({ url: "/api/files/f/download?token=1" });
  getRange.mockImplementation((_, start, end) => Promise.resolve(new ArrayBuffer(end - start)));
});

function previewOf(name: string, mime_type: string, size = 100, seen = true): ReactNode {
  const file = { file_id: "f", name, mime_type, size, from: "NAS" };
  return (
    <>
      <Preview file={file} seen={seen} getToken={getToken} getRange={getRange} onDownload={onDownload} />
    </>
  );
}

test("a type without preview is named and can be downloaded", () => {
  render(previewOf("a.zip", "application/zip"));
  expect(screen.getByText("No preview for this type")).toBeVisible();
  expect(screen.getByText("application/zip")).toBeVisible();
  fireEvent.click(screen.getByRole("button", { name: "Download" }));
  expect(onDownload).toHaveBeenCalledOnce();
});

test("nothing is loaded before it is seen", () => {
  render(previewOf("a.png", "image/png", 100, false));
  expect(getToken).not.toHaveBeenCalled();
});

test("something large is loaded when it is asked for", async () => {
  render(previewOf("a.png", "image/png", 62 * MIB));
  expect(getToken).not.toHaveBeenCalled();
  fireEvent.click(screen.getByRole("button", { name: "Load preview (62 MiB from NAS)" }));
  expect(await screen.findByAltText("a.png")).toHaveAttribute("src", "/api/files/f/download?token=1");
});

test("a picture that does not come says what is down, and can be tried again", async () => {
  getRange.mockRejectedValueOnce(new Error("NAS does not answer: offline since 09:14."));
  render(previewOf("a.png", "image/png"));
  fireEvent.error(await screen.findByAltText("a.png"));
  expect(await screen.findByText("NAS does not answer: offline since 09:14.")).toBeVisible();
  getToken.mockResolvedValueOnce({ url: "/api/files/f/download?token=2" });
  fireEvent.click(screen.getByRole("button", { name: "Retry" }));
  await waitFor(() => expect(screen.getByAltText("a.png")).toHaveAttribute("src", "/api/files/f/download?token=2"));
});

test("a picture that comes but cannot be drawn is said to be damaged", async () => {
  render(previewOf("a.png", "image/png"));
  fireEvent.error(await screen.findByAltText("a.png"));
  expect(await screen.findByText("The browser cannot show this file")).toBeVisible();
});

test("text is drawn in a frame without an origin", async () => {
  render(previewOf("a\u202e.txt", "text/plain"));
  const frame = screen.getByTitle("Preview of a‹202E›.txt");
  expect(frame).toHaveAttribute("sandbox", "allow-scripts");
  expect(frame).toHaveAttribute("src", "/preview/frame.html");
  expect(screen.getByRole("status", { name: "Loading preview" })).toBeInTheDocument();
  says(frame, { type: "shown" });
  await waitFor(() => expect(screen.queryByRole("status")).toBeNull());
});

test("a link out of a file is shown in full before it is opened, and a trap is not opened at all", async () => {
  render(previewOf("a.md", "text/markdown"));
  says(screen.getByTitle("Preview of a.md"), { type: "link", address: "https://a.example/path?q=1" });
  expect(await screen.findByRole("dialog")).toHaveTextContent("https://a.example/path?q=1");
  const open = screen.getByRole("link", { name: "Open" });
  expect(open).toHaveAttribute("rel", "noopener noreferrer");
  fireEvent.click(screen.getByRole("button", { name: "Cancel" }));
  says(screen.getByTitle("Preview of a.md"), { type: "link", address: "javascript:alert(1)" });
  expect(await screen.findByText(/not lead to a web page/)).toBeVisible();
  expect(screen.queryByRole("link")).toBeNull();
});

test("drawing the page again asks for no other link", async () => {
  const { rerender } = render(previewOf("a.mp4", "video/mp4"));
  await waitFor(() => expect(screen.getByLabelText("a.mp4")).toHaveAttribute("src", "/api/files/f/download?token=1"));
  rerender(
    <>
      <Preview file={{ file_id: "f", name: "a.mp4", size: 100, mime_type: "video/mp4" }} seen getToken={(...given) => getToken(...given)} getRange={getRange} onDownload={onDownload} />
    </>,
  );
  expect(getToken).toHaveBeenCalledOnce();
});

function says(frame: HTMLElement, data: unknown): void {
  act(() => {
    window.dispatchEvent(new MessageEvent("message", { data, source: (frame as HTMLIFrameElement).contentWindow }));
  });
}
