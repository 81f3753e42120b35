import { describe, expect, it } from "vitest";
import type { AlarmStatus, Incident } from "../src/api/types";
import type { Me } from "../src/app/session";
import { parseCode } from "../src/features/mobile/codes";
import { EMPTY, opened, reportBody } from "../src/features/mobile/draft";
import { MOST_ALARMS, shown, shrink, sorted, surplus } from "../src/features/mobile/picture";
import { holder, mayThere } from "../src/features/mobile/holder";
import { propose, toSite } from "../src/features/mobile/position";
import { answered, counts, forgettable, next, pause, PHOTO_GONE, SENT_KEPT_MS, verdict, words, type Item } from "../src/features/mobile/queue";
import { hoursText, isOverdue, steps, type FoundHazard } from "../src/features/work/hazard";

function item(seq: number, more: Partial<Item> = {}): Item {
  return {
    id: `id-${seq}`, seq, person: "li", kind: "note", about: "inc", title: { zh: "", en: "" }, path: "/x", body: { text: "关阀" }, photos: [],
    made: 0, state: "waiting", tries: 0, after: 0, problem: null, sent: null, ...more,
  };
}

describe("the queue", () => {
  it("sends the oldest first, and none in another person's name", () => {
    expect(next([item(3), item(1), item(2)], "li", 0)?.seq).toBe(1);
    expect(next([item(1, { person: "wang" }), item(2)], "li", 0)?.seq).toBe(2);
    expect(next([item(1)], null, 0)).toBeNull();
  });
  it("keeps the order: what must wait holds back what came after, what was refused does not", () => {
    expect(next([item(1, { after: 100 }), item(2)], "li", 50)).toBeNull();
    expect(next([item(1, { state: "refused" }), item(2)], "li", 0)?.seq).toBe(2);
  });
  it("calls nothing sent that has not reached the platform", () => {
    expect(verdict(0, false)).toBe("later");
    expect(verdict(200, false)).toBe("later"); // a guest network's own page
    expect(verdict(200, true)).toBe("sent");
    for (const status of [408, 425, 429, 500, 502, 503, 504]) expect(verdict(status, true)).toBe("later");
    for (const status of [400, 403, 404, 409, 412, 422]) expect(verdict(status, true)).toBe("refused");
    expect(verdict(401, true)).toBe("sign_in");
  });
  it("keeps a refused entry with its reason and its words", () => {
    const why = { zh: "已由王伟处理", en: "Wang Wei has it" };
    expect(answered(item(1), "refused", why, 9)).toMatchObject({ state: "refused", problem: why, body: { text: "关阀" } });
  });
  it("waits longer each time, a minute at most", () => {
    const later = answered(answered(item(1), "later", null, 0), "later", null, 10_000);
    expect(later).toMatchObject({ state: "waiting", tries: 2, after: 14_000 });
    expect(pause(50)).toBe(60_000);
  });
  it("sends photos again that the platform no longer has", () => {
    const data = new Blob(["x"]);
    const sent = item(1, { photos: [{ id: "abc", data }] });
    const again = answered(sent, verdict(422, true, PHOTO_GONE), null, 0);
    expect(again.state).toBe("waiting");
    expect(again.photos).toEqual([{ data }]);
  });
  it("drops photos and words once they have arrived, and the entry after a day", () => {
    const sent = answered(item(1, { photos: [{ id: "a" }] }), "sent", null, 5);
    expect(sent).toMatchObject({ state: "sent", sent: 5, photos: [], body: {} });
    expect(forgettable(sent, 5 + SENT_KEPT_MS)).toBe(false);
    expect(forgettable(sent, 6 + SENT_KEPT_MS)).toBe(true);
    expect(forgettable(item(2), 1e15)).toBe(false);
  });
  it("says when a late note was written", () => {
    expect(words("关阀", item(1), 59_000, "03:12", "{time} 无网络时记录")).toBe("关阀");
    expect(words("关阀", item(1), 61_000, "03:12", "{time} 无网络时记录")).toBe("关阀（03:12 无网络时记录）");
    expect(words("", item(1), 61_000, "03:12", "{time} 无网络时记录")).toBe("03:12 无网络时记录");
  });
  it("counts what waits, what was refused, and what belongs to another", () => {
    const items = [item(1), item(2, { state: "refused" }), item(3, { state: "sent" }), item(4, { person: "wang" })];
    expect(counts(items, "li")).toEqual({ waiting: 1, refused: 1, others: 1 });
  });
});

const incident = (id: string, more: Partial<Incident> = {}) => ({ id, status: "open", owner: null, priority: 2, started: 0, ...more }) as Incident;
const alarm = (name: string, priority: number) => ({ alarm: name, priority, since: 0 }) as AlarmStatus;

describe("the last known picture", () => {
  const now = { incidents: [incident("a")], alarms: [], confirmed: true };
  const before = { incidents: [incident("old")], alarms: [], at: 77 };
  it("is live only while the line is", () => {
    expect(shown({ alive: true, started: true, heard: 500 }, 0, now, before)).toMatchObject({ at: null, known: true });
    expect(shown({ alive: false, started: true, heard: 500 }, 10, now, before).at).toBe(510);
  });
  it("comes from memory with its age where there was no line, and knows nothing without memory", () => {
    const cold = { alive: false, started: false, heard: null };
    expect(shown(cold, 0, { ...now, incidents: [] }, before)).toMatchObject({ at: 77, incidents: [{ id: "old" }] });
    expect(shown(cold, 0, { ...now, incidents: [] }, null)).toMatchObject({ known: false, at: null });
  });
  it("is not known when the platform's rooms do not answer", () => {
    expect(shown({ alive: true, started: true, heard: 1 }, 0, { ...now, confirmed: false }, null).known).toBe(false);
  });
  it("keeps the urgent alarms of a flood", () => {
    const flood = Array.from({ length: 5000 }, (_, i) => alarm(`a${i}`, i === 4999 ? 1 : 4));
    const kept = shrink([], flood, 1);
    expect(kept.alarms).toHaveLength(MOST_ALARMS);
    expect(kept.alarms[0]!.alarm).toBe("a4999");
  });
  it("shows an incident that I took without a line as mine, unless somebody else has it", () => {
    const list = [incident("a"), incident("b", { owner: "wang" }), incident("c", { owner: "li" }), incident("d", { status: "closed" })];
    const found = sorted(list, "li", new Set(["a", "b"]));
    expect(found.mine.map((i) => i.id)).toEqual(["a", "c"]);
    expect(found.others.map((i) => i.id)).toEqual(["b"]);
    expect(found.waiting).toEqual([]);
  });
  it("counts an incident that I am asked to take as waiting for me, and nobody else", () => {
    const list = [incident("a", { owner: "wang", offered_to: "li" })];
    expect(sorted(list, "li", new Set()).waiting).toHaveLength(1);
    expect(sorted(list, "chen", new Set()).others).toHaveLength(1);
  });
  it("forgets the oldest answers and never the queue's person or the draft", () => {
    const entries = [{ key: "/a", at: 1 }, { key: "/b", at: 3 }, { key: "/c", at: 2 }, { key: "draft", at: 0 }, { key: "person", at: 0 }];
    expect(surplus(entries, 2)).toEqual(["/a"]);
  });
});

describe("who holds the phone", () => {
  const li = { id: "li", verbs: [] } as unknown as Me;
  it("is whom the platform knows, without a line whom it knew last, and nobody once it says so", () => {
    expect(holder({ state: "in", me: li }, null)).toBe(li);
    expect(holder({ state: "asking", error: "no line" }, li)).toBe(li);
    expect(holder({ state: "out", ended: true }, li)).toBeNull();
  });
});

describe("what a person may", () => {
  const crew = { id: "li", verbs: ["incidents.take"], zones: ["filling"] } as unknown as Me;
  it("is bound to their zones, where they have some", () => {
    expect(mayThere(crew, "incidents.take", ["coating", "filling"])).toBe(true);
    expect(mayThere(crew, "incidents.take", ["coating"])).toBe(false);
    expect(mayThere({ ...crew, zones: null }, "incidents.take", ["coating"])).toBe(true);
    expect(mayThere(crew, "incidents.close")).toBe(false);
    expect(mayThere(null, "incidents.take")).toBe(false);
  });
  it("puts what waits in zones of others among the others", () => {
    const list = [incident("a"), incident("b")];
    const found = sorted(list, "li", new Set(), (i) => i.id === "a");
    expect([found.waiting.map((i) => i.id), found.others.map((i) => i.id)]).toEqual([["a"], ["b"]]);
  });
});

describe("codes at the place", () => {
  const guess = (id: string) => (id === "filling" ? ("zone" as const) : ("point" as const));
  it("are read with or without their scheme", () => {
    expect(parseCode("fangwei:point/EF-GAS-01", guess)).toEqual({ kind: "point", id: "EF-GAS-01" });
    expect(parseCode(" FANGWEI:zone/filling\n", guess)).toEqual({ kind: "zone", id: "filling" });
    expect(parseCode("filling", guess)).toEqual({ kind: "zone", id: "filling" });
    expect(parseCode("EF-GAS-01", guess)).toEqual({ kind: "point", id: "EF-GAS-01" });
  });
  it("of others are refused", () => {
    for (const text of ["https://evil.example/m", "fangwei:point/../x", "fangwei:zone/", "javascript:alert(1)", "", "a".repeat(65)])
      expect(parseCode(text, guess)).toBeNull();
  });
});

describe("a position", () => {
  const reference = { longitude: 119.5426, latitude: 26.6681, height: 0, rotation: 0, frame: "CGCS2000" };
  it("becomes metres in the site frame", () => {
    const [east, north] = toSite(119.5426 + 0.001, 26.6681 + 0.001, reference);
    expect(east).toBeCloseTo(99.5, 0); // 111.32 km per degree times cos(26.67 deg)
    expect(north).toBeCloseTo(110.8, 0);
  });
  it("is turned by the site's rotation, clockwise from true north", () => {
    const [, trueNorth] = toSite(119.5426, 26.6691, reference);
    const [east, north] = toSite(119.5426, 26.6691, { ...reference, rotation: 90 });
    // The frame's north points east, so what lies to the true north lies to the frame's west.
    expect(east).toBeCloseTo(-trueNorth, 3);
    expect(north).toBeCloseTo(0, 3);
  });
  it("proposes a zone only where there is just one", () => {
    const square = (id: string) => ({ id, polygon: [[0, 0], [10, 0], [10, 10], [0, 10]] as [number, number][] });
    const zones = [square("a")] as Parameters<typeof propose>[1];
    expect(propose([5, 5], zones)?.id).toBe("a");
    expect(propose([50, 5], zones)).toBeNull();
    expect(propose([5, 5], [...zones, square("b") as (typeof zones)[0]])).toBeNull();
  });
});

describe("a report", () => {
  it("opened at a scanned place keeps the words and leaves an older place", () => {
    const half = { ...EMPTY, zone: "old", place: [1, 2] as [number, number], words: "滴漏" };
    expect(opened(half, new URLSearchParams("zone=new&point=P-1"))).toMatchObject({ zone: "new", point: "P-1", place: null, words: "滴漏" });
    expect(opened(half, new URLSearchParams())).toEqual(half);
  });
  it("has the time of sight as nanoseconds and no empty fields", () => {
    const body = reportBody({ ...EMPTY, zone: "z", words: " 滴漏 ", place: [1.234, 5.678] }, 1_700_000_000_123);
    expect(body).toEqual({ zone: "z", words: "滴漏", kind: "other", level: "general", seen: 1_700_000_000_123_000_000, place: [1.2, 5.7] });
  });
});

describe("a hazard", () => {
  const found = (more: Partial<FoundHazard>) => ({ status: "reported", fixed_by: null, deadline: null, ...more }) as FoundHazard;
  it("is never checked by who put it right", () => {
    expect(steps(found({ status: "fixed", fixed_by: "li" }), "li")).toEqual([]);
    expect(steps(found({ status: "fixed", fixed_by: "li" }), "wang")).toEqual(["verify", "return"]);
    expect(steps(found({ status: "verified" }), "wang")).toEqual([]);
  });
  it("is overdue when it is open past its deadline", () => {
    expect(isOverdue(found({ deadline: 5e6 }), 6)).toBe(true);
    expect(isOverdue(found({ deadline: 5e6, status: "verified" }), 6)).toBe(false);
  });
  it("tells hours as people do", () => {
    expect([hoursText(58.2, "en"), hoursText(3.46, "en"), hoursText(0.5, "zh"), hoursText(null, "en")]).toEqual(["58 h", "3.5 h", "30 分", "–"]);
  });
});
