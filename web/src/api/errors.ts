/** What a call was refused with. Every message already says what to do; the rest is for "Copy details". */

import { visibleText } from "@/lib/visible";

export interface Refusal {
  status: number;
  code: string;
  message: string;
  requestId: string;
  detail?: Record<string, unknown> | undefined;
  retryAfter?: number | undefined;
}

export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly requestId: string;
  readonly detail: Record<string, unknown>;
  readonly retryAfter: number | undefined;
  readonly time = new Date().toISOString();

  constructor(refusal: Refusal) {
    super(visibleText(refusal.message));
    this.name = "ApiError";
    this.status = refusal.status;
    this.code = refusal.code;
    this.requestId = refusal.requestId;
    this.detail = refusal.detail ?? {};
    this.retryAfter = refusal.retryAfter;
  }

  /** Nothing answered at all. */
  get isUnreachable(): boolean {
    return this.status === 0;
  }

  /** Problems by field, of a body that was refused: `mounts[0].steps[2].pattern`. */
  get fields(): readonly { field: string; problem: string }[] {
    const { fields } = this.detail;
    return Array.isArray(fields) ? (fields as { field: string; problem: string }[]) : [];
  }
}

export function unreachable(): ApiError {
  return new ApiError({ status: 0, code: "unreachable", message: "The control plane does not answer.", requestId: "" });
}

/** Reads a refusal out of an answer that was not one of success. */
export function refusalOf(response: Response, body: unknown): ApiError {
  const error = isObject(body) && isObject(body.error) ? body.error : {};
  return new ApiError({
    status: response.status,
    code: typeof error.code === "string" ? error.code : "internal",
    message: typeof error.message === "string" ? error.message : `The control plane answered ${response.status}.`,
    requestId: response.headers.get("X-Request-Id") ?? "",
    detail: isObject(error.detail) ? error.detail : undefined,
    retryAfter: seconds(response.headers.get("Retry-After")),
  });
}

function seconds(text: string | null): number | undefined {
  const value = Number(text ?? Number.NaN);
  return Number.isFinite(value) ? value : undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new ApiError({ status: -1, code: "page", message, requestId: "" });
}
