import { command, edit, request } from "../../api/client";
import type { Text } from "../../api/types";
import { make, sign } from "./passkey";

// The identity room's part of the API in one place.

/** How one may sign in here. */
export interface Ways {
  passkey: boolean;
  /** The plant has a sign-in of its own. */
  oidc: boolean;
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
  passkeys_work_here: boolean;
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
  active: boolean;
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
  verbs: { id: string; text: Text }[];
}

/** What the device is to sign, under the name of this one ceremony. */
interface Asked {
  ceremony: string;
  options: unknown;
}

const named = (path: string, id: string, rest = ""): string => `${path}/${encodeURIComponent(id)}${rest}`;

export const signIn = (person: string, password: string): Promise<unknown> => request("POST", "/session", { person, password });
export const signInByLink = (link: string): Promise<unknown> => request("POST", "/session", { link });
export const signOut = (): Promise<unknown> => request("DELETE", "/session");

async function answer(path: string): Promise<unknown> {
  const { ceremony, options } = await request<Asked>("POST", `${path}/options`);
  return request("POST", path, { ceremony, credential: await sign(options) });
}

export const signInByPasskey = (): Promise<unknown> => answer("/session/passkey");
export const proveByPasskey = (): Promise<unknown> => answer("/me/prove");
export const proveByPassword = (password: string): Promise<unknown> => request("POST", "/me/prove", { password });

export const setPassword = (password: string): Promise<unknown> => request("PUT", "/me/password", { password });

export async function addPasskey(name: string): Promise<unknown> {
  const { ceremony, options } = await request<Asked>("POST", "/me/passkeys/options");
  return request("POST", "/me/passkeys", { ceremony, name, credential: await make(options) });
}

export const removePasskey = (id: string): Promise<unknown> => request("DELETE", named("/me/passkeys", id));
export const endSession = (id: string): Promise<unknown> => request("DELETE", named("/me/sessions", id));

export const addPerson = (person: string, content: PersonContent): Promise<unknown> =>
  command("/identity/people", { person, ...content });
export const changePerson = (id: string, revision: number, content: PersonContent): Promise<unknown> =>
  edit(named("/identity/people", id), revision, { ...content });
export const makeLink = async (id: string): Promise<string> =>
  (await command<{ url: string }>(named("/identity/people", id, "/link"))).url;

export const addToken = async (name: string, scopes: string[], days: number): Promise<string> =>
  (await command<{ text: string }>("/identity/tokens", { name, scopes, days })).text;
export const revokeToken = (id: string): Promise<unknown> => command(named("/identity/tokens", id, "/revoke"));
