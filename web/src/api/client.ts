import type { Problem, Text } from "./types";

/** What went wrong, in words for a person. */
export class ApiProblem extends Error {
  /** Seconds after which the same may succeed; null: not said. `current`: what stands now, where an edit came second. */
  constructor(
    readonly text: Text, readonly code: string, readonly status: number,
    readonly retryAfter: number | null = null, readonly current: unknown = null,
  ) {
    super(text.en);
  }
}

const UNREACHABLE: Text = {
  zh: "连不上平台，操作没有送达。报警与通知不依赖本页；请检查网络后重试",
  en: "The platform cannot be reached and nothing was sent. Alarms and notices do not depend on this page; check the network and try again",
};

const NOT_JSON: Text = { zh: "平台的回答无法读取", en: "The platform's answer could not be read" };

const NOT_SIGNED_IN = "identity.not_signed_in";
const PROOF_MISSING = "identity.proof_missing";

let notSignedIn: () => void = () => undefined;
let proofNeeded: () => Promise<boolean> = () => Promise.resolve(false);

/** What to do when the platform does not know the session (any more). */
export function onNotSignedIn(then: () => void): void {
  notSignedIn = then;
}

/** Who asks the person for a second proof; true once it was given. */
export function onProofNeeded(ask: () => Promise<boolean>): void {
  proofNeeded = ask;
}

/** One request; where it needs a second proof, that is asked for and the same request sent again. */
async function call<T>(path: string, init?: RequestInit): Promise<T> {
  try {
    return await send<T>(path, init);
  } catch (error) {
    if (error instanceof ApiProblem && error.code === PROOF_MISSING && (await proofNeeded())) return send<T>(path, init);
    throw error;
  }
}

async function send<T>(path: string, init?: RequestInit): Promise<T> {
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
    if (problem.code === NOT_SIGNED_IN) notSignedIn();
    throw new ApiProblem(problem.text ?? NOT_JSON, problem.code ?? "page.not_json", response.status, seconds(response), problem.current ?? null);
  }
  return body as T;
}

function seconds(response: Response): number | null {
  const said = Number(response.headers.get("retry-after") ?? NaN);
  return Number.isFinite(said) ? said : null;
}

export function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  return call<T>(path, { signal });
}

/** A command with its own id: sent again after a lost answer it takes effect once. `revision`: the state an edit was
 * made from; where there is a newer one, the answer is a problem whose `current` holds it. */
export function command<T>(path: string, body: Record<string, unknown> = {}, revision?: number): Promise<T> {
  return twice<T>(path, {
    method: "POST",
    headers: { "content-type": "application/json", ...(revision === undefined ? {} : { "if-match": `"${revision}"` }) },
    body: JSON.stringify({ id: commandId(), ...body }),
  });
}

/** Another revision of a thing (PUT), made from the one named. */
export function edit<T>(path: string, revision: number, body: Record<string, unknown>): Promise<T> {
  return twice<T>(path, {
    method: "PUT",
    headers: { "content-type": "application/json", "if-match": `"${revision}"` },
    body: JSON.stringify({ id: commandId(), ...body }),
  });
}

async function twice<T>(path: string, init: RequestInit): Promise<T> {
  try {
    return await call<T>(path, init);
  } catch (error) {
    if (error instanceof ApiProblem && error.status === 0) return call<T>(path, init);
    throw error;
  }
}

/** What is neither a question nor a command: signing in and out. Sent once; a proof that came twice would be a lie. */
export function request<T>(method: "POST" | "PUT" | "DELETE", path: string, body: Record<string, unknown> = {}): Promise<T> {
  return call<T>(path, { method, headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
}

export function commandId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
}

/** Milliseconds as the API's nanoseconds, exactly (a float cannot hold them). */
export function ns(ms: number): string {
  return `${Math.round(ms)}000000`;
}
