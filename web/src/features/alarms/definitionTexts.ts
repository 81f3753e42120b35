import type { Catalogue } from "../../app/language";

export const definitionTexts = {
  search: { zh: "按报警、测点、区域查找", en: "Find by alarm, point or zone" },
  anyWhy: { zh: "合理化：全部", en: "Rationalised or not" },
  withoutWhy: { zh: "未做合理化", en: "not rationalised" },
  withWhy: { zh: "已做合理化", en: "rationalised" },
  anyChange: { zh: "现行值：全部", en: "Changed or not" },
  changed: { zh: "已改", en: "changed on the plant" },
  asFile: { zh: "同站点文件", en: "as the site's file" },
  found: { zh: "共 {n} 个报警", en: "{n} {n|alarm|alarms}" },
  none: { zh: "没有符合的报警", en: "No alarm matches" },
  noneHow: { zh: "换一个词，或清除筛选。", en: "Try another word, or clear the filters." },
  condition: { zh: "条件", en: "Condition" },
  why: { zh: "处置与响应时间", en: "Action and time to respond" },
  before: { zh: "上一页", en: "Earlier" },
  after: { zh: "下一页", en: "Further" },
  page: { zh: "{a}–{b}，共 {n}", en: "{a}–{b} of {n}" },
} satisfies Catalogue;
