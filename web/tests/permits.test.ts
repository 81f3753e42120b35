import { describe, expect, it } from "vitest";
import { startBody } from "../src/features/permits/application";
import {
  answersBefore, clauseText, formIn, isMine, isThere, lastVerdict, numberOf, PRESENCE_MS, saidInForm, samplesBody, samplesSaid, severity,
  timesOf, wantsPresence,
} from "../src/features/permits/permit";
import type { Card, Line, Offer, OpenTask, RunView } from "../src/features/permits/types";
import { emptyPicture, take } from "../src/app/live";

const run = (more: Partial<RunView> = {}): RunView => ({
  id: "r", flow: "f", name: { zh: "票", en: "Permit" }, version: 1, revision: 1, noun: "permit", work: null, title: "", zones: ["a"], place: null,
  status: 2, status_since: 0, applicant: "li", started: 0, updated: 0, ended: null, outcome: null, due: null, hold: null, packs: [], tasks: [], ...more,
});
const task = (doers: string[]): OpenTask => ({ task: "gas", key: "gas", card: "gas", kind: "measure", name: { zh: "", en: "" }, doers, who: { zh: "", en: "" }, opened: 0, due: null });
const line = (more: Partial<Line>): Line => ({ id: "1", time: 0, by: "li", action: "submit", revision: 1, status: 0, task: null, name: null, fired: [], judged: [], dropped: [], answers: null, why: "", ...more });
const O2 = { key: "o2", name: { zh: "氧气", en: "Oxygen" }, unit: "%vol" };
const LEL = { key: "lel", name: { zh: "可燃", en: "Combustible" }, unit: "%LEL" };

describe("whose step it is", () => {
  it("is a person's, or a role's within the zones that one answers for", () => {
    const crew = { id: "li", role: "crew", zones: ["a"] };
    expect(isMine(task(["person:li"]), run(), crew)).toBe(true);
    expect(isMine(task(["role:crew"]), run(), crew)).toBe(true);
    expect(isMine(task(["role:crew"]), run(), { ...crew, zones: ["b"] })).toBe(false);
    expect(isMine(task(["role:crew"]), run(), { ...crew, zones: null })).toBe(true);
    expect(isMine(task(["person:wang"]), run(), crew)).toBe(false);
    expect(isMine(task(["role:crew"]), run(), null)).toBe(false);
  });
});

describe("samples", () => {
  it("are read as people type them, and what is no number is none", () => {
    expect([numberOf("19.4"), numberOf(" 19,4 "), numberOf("１９．４"), numberOf("-0.5")]).toEqual([19.4, 19.4, 19.4, -0.5]);
    expect([numberOf(""), numberOf("19.4%"), numberOf("1.2.3"), numberOf("NaN"), numberOf("1e3")]).toEqual([null, null, null, null, null]);
  });
  it("carry their unit, their time and their place", () => {
    const body = samplesBody([O2], { o2: [{ value: "20.9", place: " 罐底 ", ago: 5 }] }, Date.UTC(2026, 0, 1, 8, 30));
    expect(body).toEqual({ o2: { value: 20.9, unit: "%vol", time: "2026-01-01T08:25:00.000Z", place: "罐底" } });
  });
  it("of several places are all sent, for each is judged", () => {
    const body = samplesBody([O2], { o2: [{ value: "20.9", place: "", ago: 0 }, { value: "19.4", place: "", ago: 0 }] }, 0);
    expect((body!.o2 as unknown[]).length).toBe(2);
  });
  it("are not sent while one is missing", () => {
    expect(samplesBody([O2, LEL], { o2: [{ value: "20.9", place: "", ago: 0 }] }, 0)).toBeNull();
    expect(samplesBody([O2], { o2: [{ value: "20.9", place: "", ago: 0 }, { value: "", place: "", ago: 0 }] }, 0)).toBeNull();
  });
  it("are said in the history with their unit", () => {
    expect(samplesSaid({ o2: { value: 19.4, unit: "%vol", place: "罐底" }, note: "x" })).toEqual(["O2 19.4 %vol · 罐底"]);
    expect(samplesSaid(null)).toEqual([]);
  });
});

describe("a refusal", () => {
  const refused = { key: "gas", moment: "measure", passed: false, findings: [] };
  it("stands until the step was done and passed", () => {
    expect(lastVerdict([line({ task: "gas", judged: [refused] })], "gas")).toBe(refused);
    expect(lastVerdict([line({ task: "gas", judged: [refused] }), line({ task: "gas", judged: [{ ...refused, passed: true }] })], "gas")).toBeNull();
    expect(lastVerdict([line({ task: "gas", judged: [refused] }), line({ task: "gas" })], "gas")).toBeNull();
    expect(lastVerdict([line({ task: "other", judged: [{ ...refused, key: "other" }] })], "gas")).toBeNull();
  });
  it("names its clause with the edition once", () => {
    expect(clauseText({ standard: "GB 30871", edition: "2022", clause: "6.4" })).toBe("GB 30871-2022 6.4");
    expect(clauseText({ standard: "GB 30871-2022", edition: "2022", clause: "6.4" })).toBe("GB 30871-2022 6.4");
    expect(clauseText({ standard: "", edition: "", clause: "" })).toBe("");
  });
});

describe("times", () => {
  const cards: Card[] = [{ card: "work", key: "work", name: { zh: "", en: "" }, every: 7200, longest: 86_400 }];
  const data = { work: { until: "2026-01-02T08:00:00Z", check_due: "2026-01-01T10:00:00Z", check_opens: "2026-01-01T09:30:00Z" } };
  it("bind while people work; a paused permit has its validity and no re-test", () => {
    expect(timesOf({ run: run(), data, cards }).check).toBe(Date.UTC(2026, 0, 1, 10));
    const paused = timesOf({ run: run({ status: 6 }), data, cards });
    expect([paused.check, paused.until]).toEqual([null, Date.UTC(2026, 0, 2, 8)]);
    expect(timesOf({ run: run({ ended: 5 }), data, cards })).toEqual({ until: null, check: null, opens: null });
    expect(timesOf({ run: run({ status: 1 }), data, cards }).until).toBeNull();
    expect(timesOf({ run: run(), data: { work: { until: "soon" } }, cards }).until).toBeNull();
  });
  it("press in their last quarter and are late from the very moment on", () => {
    expect([severity(100_000, 0, 100_000), severity(100_000, 80_000, 100_000), severity(100_000, 100_000, 100_000)]).toEqual(["ok", "soon", "late"]);
  });
});

describe("being on site", () => {
  it("is shown by the code of the work's zone, for ten minutes", () => {
    expect(isThere({ zone: "a", time: 0 }, ["a"], PRESENCE_MS)).toBe(true);
    expect(isThere({ zone: "a", time: 0 }, ["a"], PRESENCE_MS + 1)).toBe(false);
    expect(isThere({ zone: "b", time: 0 }, ["a"], 0)).toBe(false);
    expect(isThere(null, ["a"], 0)).toBe(false);
  });
  it("is asked where the flow asks it of any signature", () => {
    expect(wantsPresence({ kind: "approve", key: "k", on_site: true })).toBe(true);
    expect(wantsPresence({ kind: "approve", key: "k", anyone: [{}, { on_site: true }] })).toBe(true);
    expect(wantsPresence({ kind: "approve", key: "k" })).toBe(false);
    expect(wantsPresence(undefined)).toBe(false);
  });
});

describe("an application", () => {
  const offer: Offer = { flow: "f", version: 3, name: { zh: "", en: "" }, about: null, noun: "permit", work: null, standard: null, first: { kind: "form", key: "apply" }, mine: true, who: { zh: "", en: "" } };
  it("names the version whose form was filled in", () => {
    expect(startBody(offer, { zone: "a", title: " 清罐 ", answers: { x: 1 } })).toEqual({ flow: "f", version: 3, zones: ["a"], title: "清罐", answers: { x: 1 } });
    expect(startBody({ ...offer, first: null }, { zone: "a", title: "", answers: {} })).not.toHaveProperty("answers");
  });
  it("that comes back has what people wrote and not what the engine wrote beside it", () => {
    expect(answersBefore({ apply: { x: 1, by_: "li", at_: "t", judged: {} } }, "apply")).toEqual({ x: 1 });
    expect(answersBefore({}, "apply")).toEqual({});
  });
  it("is shown by the words of its form", () => {
    const card: Card = {
      card: "form", key: "apply", name: { zh: "", en: "" },
      form: { components: [{ type: "select", key: "work.level", label: "级别", values: [{ label: "一级", value: "1" }] }, { type: "checkbox", key: "lit", label: "照明" }, { type: "textfield", key: "none", label: "空" }] },
    };
    expect(saidInForm(card, { apply: { work: { level: "1" }, lit: true, none: "" } }, "是", "否")).toEqual([{ label: "级别", value: "一级" }, { label: "照明", value: "是" }]);
  });
});

describe("a form", () => {
  it("speaks English where whoever drew it wrote it so, and Chinese elsewhere", () => {
    const schema = {
      components: [
        { type: "group", label: "组", components: [{ type: "select", key: "l", label: "级别", properties: { en: "Level" }, values: [{ value: "1", label: "一级", en: "First" }, { value: "2", label: "二级" }] }] },
        { type: "datetime", key: "d", label: "开始", dateLabel: "开始", properties: { en: "Start" } },
      ],
    };
    const english = formIn(schema, "en").components!;
    expect([english[0]!.label, english[0]!.components![0]!.label, english[1]!.dateLabel]).toEqual(["组", "Level", "Start"]);
    expect(english[0]!.components![0]!.values!.map((value) => value.label)).toEqual(["First", "二级"]);
    expect(formIn(schema, "zh")).toBe(schema);
  });
});

describe("news of a run", () => {
  it("counts once by its revision, and an older one not at all", () => {
    const [one, parts] = take(emptyPicture(), { type: "flow", flow: { run: "r", revision: 2 } });
    expect([one.flows.get("r"), parts]).toEqual([2, ["flows"]]);
    expect(take(one, { type: "flow", flow: { run: "r", revision: 1 } })[1]).toEqual([]);
  });
});
