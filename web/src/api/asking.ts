/** The one place from which the page asks the server; adds the token, and asks once more after a new sign-in. */
import { signedInAgain } from "@/session/expiry";
import { session } from "@/session/token";
import { unreachable } from "./errors";

const withoutToken = ["/api/auth/login", "/api/identity"];

export async function asked(request: Request): Promise<Response> {
  const token = session.get()?.token;
  if (!token || withoutToken.includes(new URL(request.url).pathname)) return answered(request);
  const again = request.method === "GET" ? request : request.clone();
  const answer = await answered(withBearer(request, token));
  if (answer.status !== 401) return answer;
  if (!(await signedInAgain(token))) return answer;
  return answered(withBearer(again, session.get()?.token ?? ""));
}

function withBearer(request: Request, token: string): Request {
  request.headers.set("Authorization", `Bearer ${token}`);
  return request;
}

async function answered(request: Request): Promise<Response> {
  try {
    return await fetch(request);
  } catch (error) {
    if (request.signal.aborted) throw error;
    throw unreachable();
  }
}
