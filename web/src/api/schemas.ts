/** Short names of the shapes that the API answers with. */
import type { components } from "./schema";

export type Schema<Name extends keyof components["schemas"]> = components["schemas"][Name];

export type Job = Schema<"Job">;
export type FileObject = Schema<"FileObject">;
export type Notification = Schema<"ShownNotification">;
export type ApiEvent = { id: number; type: string; time: string; node_id?: string; data: Record<string, unknown> };
