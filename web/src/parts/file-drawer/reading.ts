/** How the preview gets at the bytes of a file. */
import { api } from "@/api/client";
import type { Reading } from "@/parts/preview";

export const reading: Reading = {
  getToken: (file_id, signal) =>
    api.GET("/api/files/{file_id}/token", { params: { path: { file_id }, query: { disposition: "inline" } }, signal }),
  getRange: async (file_id, start, end, signal) => {
    if (end <= start) return new ArrayBuffer(0);
    const header = { Range: `bytes=${start}-${end - 1}` };
    const bytes: unknown = await api.GET("/api/files/{file_id}/content", { params: { path: { file_id }, header }, parseAs: "arrayBuffer", signal });
    return bytes as ArrayBuffer;
  },
};
