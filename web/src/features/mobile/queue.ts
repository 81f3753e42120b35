import type { Text } from "../../api/types";

// What is to be sent, and what an answer means for it. Pure: the same in the page and in the service worker.

export type Kind = "take" | "release" | "note" | "help" | "acknowledge" | "hazard" | "fix" | "verify" | "handover" | "permit";

export type State = "waiting" | "refused" | "sent";

export interface Item {
  /** The command's own id: the platform knows by it what it has done already. */
  id: string;
  /** Place in the queue; older first. */
  seq: number;
  /** Who did it: never sent in another's name. */
  person: string;
  kind: Kind;
  /** What it is about: an incident, a hazard, a zone. */
  about: string;
  /** In words, for the list. */
  title: Text;
  path: string;
  body: Record<string, unknown>;
  ifMatch?: string;
  photos: { id?: string; data?: Blob }[];
  /** When the person did it, server time in ms. */
  made: number;
  state: State;
  tries: number;
  /** Not before this time (ms). */
  after: number;
  /** Why it was refused, or why it waits. */
  problem: Text | null;
  /** When it arrived (ms). */
  sent: number | null;
}

export type Verdict = "sent" | "later" | "sign_in" | "photos_gone" | "refused";

/** The platform no longer has a photo that had arrived (nothing referred to it for too long): it is sent again. */
export const PHOTO_GONE = "work.photo_unknown";

/** What an HTTP answer means for the entry. Status 0: no answer. An answer that is not ours (the sign-in page of a
 * guest network answers 200 with HTML) means that nothing has arrived. */
export function verdict(status: number, ours: boolean, code?: string): Verdict {
  if (status === 0 || !ours) return "later";
  if (status >= 200 && status < 300) return "sent";
  if (status === 401) return "sign_in";
  if (code === PHOTO_GONE) return "photos_gone";
  if (status === 408 || status === 425 || status === 429 || status >= 500) return "later";
  return "refused";
}

/** Wait before trying again, ms: 2, 4, 8 ... 60 s. */
export function pause(tries: number): number {
  return Math.min(60_000, 1000 * 2 ** Math.min(tries, 6));
}

/** The entry to send now: the oldest that waits. One that must wait holds back those after it, for order matters
 * (a note before the hand-back); what was refused holds back nobody. */
export function next(items: Item[], person: string | null, now: number): Item | null {
  const first = items
    .filter((item) => item.state === "waiting" && item.person === person)
    .sort((a, b) => a.seq - b.seq)[0];
  return first && first.after <= now ? first : null;
}

/** What stands in the queue after an answer. */
export function answered(item: Item, what: Verdict, problem: Text | null, now: number): Item {
  if (what === "sent") return { ...item, state: "sent", sent: now, problem: null, photos: [], body: {} };
  if (what === "refused") return { ...item, state: "refused", problem };
  const photos = what === "photos_gone" ? item.photos.map(({ data }) => ({ data })) : item.photos;
  return { ...item, photos, tries: item.tries + 1, after: now + pause(item.tries + 1), problem };
}

export const LATE_MS = 60_000;
export const SENT_KEPT_MS = 24 * 3600_000;

/** What was sent is shown for a day, then forgotten. */
export function forgettable(item: Item, now: number): boolean {
  return item.state === "sent" && now - (item.sent ?? 0) > SENT_KEPT_MS;
}

/** Words with the time at which they were said, where they arrive later than that: a timeline must not lie. */
export function words(text: string, item: Item, now: number, at: string, late: string): string {
  if (now - item.made < LATE_MS) return text;
  const said = late.replace("{time}", at);
  return text ? `${text}（${said}）` : said;
}

/** Numbers for the head of the page. */
export function counts(items: Item[], person: string | null): { waiting: number; refused: number; others: number } {
  const mine = items.filter((item) => item.person === person);
  return {
    waiting: mine.filter((item) => item.state === "waiting").length,
    refused: mine.filter((item) => item.state === "refused").length,
    others: items.filter((item) => item.person !== person && item.state !== "sent").length,
  };
}

/** The entry that stands for this act and has not arrived, if there is one. */
export function pending(items: Item[], kind: Kind, about: string): Item | null {
  return items.find((item) => item.kind === kind && item.about === about && item.state === "waiting") ?? null;
}
