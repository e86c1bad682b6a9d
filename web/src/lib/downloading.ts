/** Downloads by the browser itself: the bytes never pass through the page. */
import { api } from "@/api/client";

/** Rejected with an `ApiError` when no link is given. */
export async function download(fileId: string): Promise<void> {
  const { url } = await api.GET("/api/files/{file_id}/token", { params: { path: { file_id: fileId }, query: { disposition: "attachment" } } });
  const link = document.createElement("a");
  link.href = url;
  link.download = "";
  link.hidden = true;
  document.body.append(link);
  link.click();
  link.remove();
}
