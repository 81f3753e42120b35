import type { Problem, Text } from "./types";

/** What went wrong, in words for a person. */
export class ApiProblem extends Error {
  constructor(readonly text: Text, readonly code: string, readonly status: number) {
    super(text.en);
  }
}

const UNREACHABLE: Text = {
  zh: "连不上平台，操作没有送达。报警与通知不依赖本页；请检查网络后重试",
  en: "The platform cannot be reached and nothing was sent. Alarms and notices do not depend on this page; check the network and try again",
};

const NOT_JSON: Text = { zh: "平台的回答无法读取", en: "The platform's answer could not be read" };

async function call<T>(path: string, init?: RequestInit): Promise<T> {
  let response: Response;
  try {
    response = await fetch(`/api${path}`, { ...init, signal: init?.signal ?? AbortSignal.timeout(30_000) });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ApiProblem(UNREACHABLE, "page.unreachable", 0);
  }
  let body: unknown;
  try {
    body = await response.json();
  } catch {
    throw new ApiProblem(NOT_JSON, "page.not_json", response.status);
  }
  if (!response.ok) {
    const problem = body as Problem;
    throw new ApiProblem(problem.text ?? NOT_JSON, problem.code ?? "page.not_json", response.status);
  }
  return body as T;
}

export function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  return call<T>(path, { signal });
}

/** Who is named in commands while there is no sign-in; set by the page's head. */
let giver: string | null = null;

export function setGiver(person: string | null): void {
  giver = person;
}

/** A command with its own id: sent again after a lost answer it takes effect once. */
export async function command<T>(path: string, body: Record<string, unknown> = {}): Promise<T> {
  const init = {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ id: commandId(), ...(giver ? { by: giver } : {}), ...body }),
  };
  try {
    return await call<T>(path, init);
  } catch (error) {
    if (error instanceof ApiProblem && error.status === 0) return call<T>(path, init);
    throw error;
  }
}

export function commandId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
}

/** Milliseconds as the API's nanoseconds, exactly (a float cannot hold them). */
export function ns(ms: number): string {
  return `${Math.round(ms)}000000`;
}
