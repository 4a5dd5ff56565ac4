// The one way to the server: typed by the API's own description, every failure an ApiError with a sentence for people.
import createClient, { type Middleware } from "openapi-fetch";
import { texts } from "../texts";
import type { components, paths } from "./schema";

export type Schemas = components["schemas"];
export type Problem = Schemas["Problem"];

export class ApiError extends Error {
  readonly status: number; // 0: the server was not reached
  readonly code: string;
  readonly problem: Partial<Problem> & { current?: unknown };

  constructor(status: number, problem: Partial<Problem> & { current?: unknown }) {
    super(problem.detail || texts.errors.byStatus(status));
    this.name = "ApiError";
    this.status = status;
    this.code = problem.code ?? "unknown";
    this.problem = problem;
  }
}

let csrfToken = "";
export function setCsrfToken(token: string): void {
  csrfToken = token;
}

const SAFE = new Set(["GET", "HEAD", "OPTIONS"]);
const csrf: Middleware = {
  onRequest({ request }) {
    if (!SAFE.has(request.method)) request.headers.set("X-CSRF-Token", csrfToken);
    return request;
  },
};

export const client = createClient<paths>({
  baseUrl: typeof location === "undefined" ? undefined : location.origin,
  credentials: "same-origin",
  // Looked up at each call, so that a test may put its own in place.
  fetch: (request) => globalThis.fetch(request),
});
client.use(csrf);

type Answer<T> = { data?: T; error?: unknown; response: Response };

// The data of an answer; throws ApiError for every other outcome.
export async function take<T>(call: Promise<Answer<T>>): Promise<T> {
  let answer: Answer<T>;
  try {
    answer = await call;
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === "AbortError") throw cause;
    throw new ApiError(0, { code: "offline", detail: texts.errors.offline });
  }
  if (answer.response.ok) return answer.data as T;
  const problem = typeof answer.error === "object" && answer.error !== null ? (answer.error as Problem) : {};
  throw new ApiError(answer.response.status, problem);
}

export function messageOf(error: unknown): string {
  return error instanceof ApiError ? error.message : texts.errors.unexpected;
}
