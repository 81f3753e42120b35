import type { Text } from "../../api/types";
import { cardTexts } from "./cardTexts";
import { freshKey } from "./tree";
import type { Card, Clause, Drawn, Flow, FormSchema, Noun, Quantity } from "./types";

// What a new card holds: enough that it can be played at once, so that one changes instead of filling in.

const HOUR = 3600;

/** The words by which keys are made. */
const KEYS: Record<Drawn, string> = {
  form: "form", isolate: "isolate", measure: "measure", approve: "approve", work: "work", branch: "branch",
  notify: "notify", wait: "wait", sub_flow: "sub", close: "close",
};

export const QUANTITIES: Record<"oxygen" | "combustible" | "h2s" | "co", Quantity> = {
  oxygen: { key: "oxygen", name: { zh: "氧", en: "Oxygen" }, unit: "%vol" },
  combustible: { key: "combustible", name: { zh: "可燃气体", en: "Combustible gas" }, unit: "%LEL" },
  h2s: { key: "h2s", name: { zh: "硫化氢", en: "Hydrogen sulphide" }, unit: "ppm", substance: "H2S" },
  co: { key: "co", name: { zh: "一氧化碳", en: "Carbon monoxide" }, unit: "ppm", substance: "CO" },
};

export function quantitiesFor(flow: Flow): Quantity[] {
  if (flow.work === "hot_work") return [QUANTITIES.combustible];
  return [QUANTITIES.oxygen, QUANTITIES.combustible, QUANTITIES.h2s, QUANTITIES.co];
}

/** An empty flow of a kind of work, with a name one can keep. */
export function freshFlow(id: string, name: Text, noun: Noun, work: string | null): Flow {
  return { id, name, noun, ...(work ? { work } : {}), cards: [] };
}

const field = (type: string, key: string, zh: string, more: Record<string, unknown> = {}) => ({ type, id: `part_${key}`, key, label: zh, ...more });

function applyForm(flow: Flow): FormSchema {
  const needed = { validate: { required: true } };
  const place = flow.work === "confined_space"
    ? [field("textfield", "space", "受限空间名称 Space", needed), field("textfield", "medium", "原有介质 Former medium", needed)]
    : [field("textfield", "place", "地点 Place", needed)];
  return {
    type: "default",
    components: [
      ...place,
      field("textarea", "task", "作业内容 Task", needed),
      field("textfield", "people", "作业人 People at work", needed),
      field("textfield", "guardian", "监护人 Guardian", needed),
    ],
  };
}

const plainForm: FormSchema = { type: "default", components: [field("textarea", "remark", "说明 Remark")] };

/** A new card of a kind for this flow. */
export function freshCard(flow: Flow, kind: Drawn, clauses: Clause[] = []): Card {
  const cards = flow.cards ?? [];
  const permit = flow.noun === "permit";
  const first = kind === "form" && !cards.some((card) => card.card === "form");
  const base = {
    key: freshKey(cards, first ? "apply" : KEYS[kind]),
    name: first && permit ? cardTexts.apply : cardTexts[kind],
    ...(clauses.length ? { clauses } : {}),
  };
  switch (kind) {
    case "form":
      return { card: kind, ...base, who: { post: "work_unit" }, form: first && permit ? applyForm(flow) : plainForm };
    case "isolate":
      return {
        card: kind, ...base, who: { post: "work_unit" }, confirm: { post: "unit_head" },
        energies: [
          { key: "material", name: { zh: "物料：加盲板或断开", en: "Material: blinded or disconnected" } },
          { key: "power", name: { zh: "电源：断电上锁挂牌", en: "Power: off, locked and tagged" } },
        ],
      };
    case "measure":
      return { card: kind, ...base, who: { post: "gas_analyst" }, quantities: quantitiesFor(flow) };
    case "approve":
      return {
        card: kind, ...base, mode: "in_order",
        by: [
          { key: "leader", name: { zh: "作业负责人", en: "Work leader" }, who: { post: "work_leader" } },
          { key: "unit", name: { zh: "所在单位", en: "Unit" }, who: { post: "unit_head" }, on_site: true },
        ],
      };
    case "work":
      return {
        card: kind, ...base, who: { post: "work_leader" }, guardian: { post: "guardian" }, quantities: quantitiesFor(flow),
        every: 2 * HOUR, longest: 24 * HOUR,
        stops: [{ signal: "gas_alarm", within: 15 }, { signal: "evacuation" }, { signal: "guardian_away" }],
      };
    case "branch":
      return { card: kind, ...base, when: "", then: [], otherwise: [] };
    case "notify":
      return { card: kind, ...base, to: [{ post: "unit_head" }], text: { zh: "请留意", en: "Please note" } };
    case "wait":
      return { card: kind, ...base, duration: HOUR / 2 };
    case "sub_flow":
      return { card: kind, ...base, flow: "" };
    case "close":
      return {
        card: kind, ...base, who: { post: "unit_head" },
        lines: [
          { zh: "人员已全部撤出，人数已清点", en: "Everybody is out and counted" },
          { zh: "工具与材料已清点", en: "Tools and material are counted" },
          { zh: "现场已清理，隔离已恢复", en: "The place is clean and isolations are taken back" },
        ],
      };
  }
}
