import { command, get, request } from "../../api/client";
import type { Text } from "../../api/types";
import { make, sign } from "./passkey";

// The identity room's part of the API in one place.

/** How one may sign in here. */
export interface Ways {
  passkey: boolean;
  /** The plant's own sign-in, where it has one. */
  oidc: { name: Text } | null;
}

export interface Passkey {
  id: string;
  name: string;
  created: number;
  used: number | null;
}

export interface SessionRow {
  id: string;
  method: string;
  created: number;
  seen: number;
  expires: number;
  address: string;
  agent: string;
  current: boolean;
}

export interface Mine {
  password: boolean;
  passkeys: Passkey[];
  sessions: SessionRow[];
}

export interface PersonRow {
  id: string;
  name: Text;
  role: string;
  zones: string[] | null;
  language: "zh" | "en";
  external: string | null;
  state: "active" | "disabled" | "gone";
  edited: boolean;
  password: boolean;
  passkeys: number;
  revision: number;
}

export interface PersonContent {
  name: Text;
  role: string;
  zones: string[] | null;
  language: "zh" | "en";
  external: string | null;
  state: PersonRow["state"];
}

export interface TokenRow {
  id: string;
  name: string;
  scopes: string[];
  created: number;
  expires: number;
  used: number | null;
  revoked: number | null;
}

export interface Matrix {
  roles: { id: string; name: Text; verbs: string[] }[];
  verbs: { verb: string; text: Text; machines: boolean }[];
}

const named = (path: string, id: string, rest = ""): string => `${path}/${encodeURIComponent(id)}${rest}`;

export const signIn = (person: string, password: string): Promise<unknown> => request("POST", "/session", { person, password });
export const signInByLink = (link: string): Promise<unknown> => request("POST", "/session", { link });
export const signOut = (): Promise<unknown> => request("DELETE", "/session");

export async function signInByPasskey(): Promise<unknown> {
  return command("/sign-in/passkey", { credential: await sign(await get("/sign-in/passkey")) });
}

export const proveByPassword = (password: string): Promise<unknown> => command("/account/proof", { password });
export async function proveByPasskey(): Promise<unknown> {
  return command("/account/proof", { credential: await sign(await command("/account/proof/options")) });
}

export const setPassword = (password: string): Promise<unknown> => command("/account/password", { password });

export async function addPasskey(name: string): Promise<unknown> {
  const options = await command("/account/passkeys/options");
  return command("/account/passkeys", { name, credential: await make(options) });
}

export const removePasskey = (id: string): Promise<unknown> => command(named("/account/passkeys", id, "/remove"));
export const endSession = (id: string): Promise<unknown> => command(named("/account/sessions", id, "/end"));
export const endOtherSessions = (): Promise<unknown> => command("/account/sessions/end-others");

export const addPerson = (person: string, content: PersonContent): Promise<unknown> => command("/people", { person, ...content });
export const changePerson = (id: string, revision: number, content: PersonContent): Promise<unknown> =>
  command(named("/people", id), { ...content }, revision);
export const makeLink = async (id: string): Promise<string> => (await command<{ url: string }>(named("/people", id, "/link"))).url;

export const addToken = async (name: string, scopes: string[], days: number): Promise<string> =>
  (await command<{ token: string }>("/tokens", { name, scopes, days })).token;
export const revokeToken = (id: string): Promise<unknown> => command(named("/tokens", id, "/revoke"));
