import { beforeEach, expect, test, vi } from "vitest";
import { command, get } from "../src/api/client";
import { onProof, proofWanted, settleProof } from "../src/app/proof";
import { session } from "../src/app/session";
import { deviceName } from "../src/features/identity/device";

const text = { zh: "不行", en: "no" };
const me = { id: "li-wei", name: text, role: "crew", verbs: [], zones: null, language: "zh" };

/** The platform as a list of answers; keeps what was sent. */
function platform(...answers: [number, unknown][]): string[] {
  const sent: string[] = [];
  vi.stubGlobal("fetch", (_: string, init?: RequestInit) => {
    sent.push(String(init?.body ?? ""));
    const [status, body] = answers.shift() ?? [500, { code: "none", text }];
    return Promise.resolve(new Response(JSON.stringify(body), { status }));
  });
  return sent;
}

const missing: [number, unknown] = [403, { code: "identity.proof_missing", text }];

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 1));
}

beforeEach(() => session.left());

test("a command that needs a second proof goes out again by itself, with the same id", async () => {
  const sent = platform(missing, [200, { done: true }]);
  const doing = command("/alarms/take_out", { alarm: "a" });
  await until(() => proofWanted() === 1);
  settleProof(true);
  expect(await doing).toEqual({ done: true });
  expect(sent[1]).toBe(sent[0]);
});

test("two commands that wait at once need one proof", async () => {
  platform(missing, missing, [200, 1], [200, 2]);
  const both = [command("/a"), command("/b")];
  await until(() => proofWanted() === 2);
  settleProof(true);
  expect((await Promise.all(both)).sort()).toEqual([1, 2]);
});

test("a proof that is not given leaves the command undone, and says so", async () => {
  const sent = platform(missing);
  const doing = command("/a");
  await until(() => proofWanted() === 1);
  settleProof(false);
  await expect(doing).rejects.toMatchObject({ code: "identity.proof_missing" });
  expect(sent).toHaveLength(1);
});

test("who shows the question hears of it when it is there to be seen, and when it is answered", async () => {
  platform(missing, [200, 1]);
  const seen: number[] = [];
  const stop = onProof(() => seen.push(proofWanted()));
  const doing = command("/a");
  await until(() => seen.length > 0);
  settleProof(true);
  await doing;
  stop();
  expect(seen).toEqual([1, 0]);
});

test("a session that ends under way says so; one that never was does not", async () => {
  const over: [number, unknown] = [401, { code: "identity.not_signed_in", text }];
  platform(over);
  await session.ask();
  expect(session.now).toEqual({ state: "out", ended: false });
  platform([200, me], over);
  await session.ask();
  expect(session.now).toMatchObject({ state: "in", me: { id: "li-wei" } });
  await expect(get("/points")).rejects.toMatchObject({ status: 401 });
  expect(session.now).toEqual({ state: "out", ended: true });
});

test("a wrong password is no session that ended", async () => {
  platform([200, me], [401, { code: "identity.sign_in_refused", text }]);
  await session.ask();
  await expect(command("/session")).rejects.toMatchObject({ code: "identity.sign_in_refused" });
  expect(session.now.state).toBe("in");
});

test("an answer that does not come tears no page down", async () => {
  platform([200, me]);
  await session.ask();
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("network")));
  await session.ask();
  expect(session.now.state).toBe("in");
});

test("devices are told apart in two words", () => {
  expect(deviceName("Mozilla/5.0 (Windows NT 10.0; Win64) AppleWebKit/537.36 Chrome/156.0 Safari/537.36 Edg/156.0")).toBe("Edge · Windows");
  expect(deviceName("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/156.0 Mobile Safari/537.36")).toBe("Chrome · Android");
  expect(deviceName("curl/8.5")).toBe("curl/8.5");
});
