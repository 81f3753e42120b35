import { browserSupportsWebAuthn, startAuthentication, startRegistration, WebAuthnError } from "@simplewebauthn/browser";
import { ApiProblem } from "../../api/client";
import type { Text } from "../../api/types";
import { identityTexts } from "./texts";

export const passkeysWork = (): boolean => browserSupportsWebAuthn();

/** What the browser says when a passkey ceremony ends early, as a problem in our words. */
function inWords(error: unknown): unknown {
  if (error instanceof ApiProblem) return error;
  const known = error instanceof WebAuthnError && error.code === "ERROR_AUTHENTICATOR_PREVIOUSLY_REGISTERED";
  const insecure = error instanceof Error && (error.name === "SecurityError" || error.name === "NotSupportedError");
  const text: Text = known ? identityTexts.passkeyKnown : insecure ? identityTexts.passkeyNotHere : identityTexts.passkeyLeft;
  return new ApiProblem(text, "page.passkey", 0);
}

/** Let the device sign the platform's challenge; `options` as WebAuthn's JSON. */
export async function sign(options: unknown): Promise<unknown> {
  try {
    return await startAuthentication({ optionsJSON: options as Parameters<typeof startAuthentication>[0]["optionsJSON"] });
  } catch (error) {
    throw inWords(error);
  }
}

/** Let the device make a key for the platform; `options` as WebAuthn's JSON. */
export async function make(options: unknown): Promise<unknown> {
  try {
    return await startRegistration({ optionsJSON: options as Parameters<typeof startRegistration>[0]["optionsJSON"] });
  } catch (error) {
    throw inWords(error);
  }
}
