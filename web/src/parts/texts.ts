import type { Catalogue } from "../app/language";

export const partsTexts = {
  priority: { zh: "优先级 {n}", en: "priority {n}" },
  loading: { zh: "正在取得数据", en: "Fetching data" },
  retry: { zh: "重试", en: "Try again" },
  notThere: { zh: "找不到", en: "It is not there" },
  failed: { zh: "没有取得数据", en: "The data did not come" },
  noValue: { zh: "无值", en: "no value" },
  noNumber: { zh: "不是数值", en: "not a number" },
  limit: { zh: "限值", en: "limit" },
  trend10: { zh: "最近 10 分钟趋势", en: "trend of the last 10 minutes" },
  copy: { zh: "复制", en: "Copy" },
  sending: { zh: "正在送出", en: "Sending" },
  copied: { zh: "已复制", en: "Copied" },
  notCopied: { zh: "浏览器不允许复制", en: "The browser does not allow copying" },
  done: { zh: "已完成", en: "Done" },
  cancel: { zh: "取消", en: "Cancel" },
} satisfies Catalogue;

/** Doubts about a value, by quality bit; order as in core/quality.py. */
export const doubts: [number, { zh: string; en: string }][] = [
  [1, { zh: "来源报坏值", en: "source says bad" }],
  [2, { zh: "来源报不确定", en: "source says uncertain" }],
  [4, { zh: "不是数值", en: "not a number" }],
  [8, { zh: "超出量程", en: "out of range" }],
  [16, { zh: "变化过快", en: "impossible rate" }],
  [32, { zh: "读数冻结", en: "frozen" }],
  [64, { zh: "数据过期", en: "stale" }],
  [128, { zh: "校准过期", en: "calibration overdue" }],
  [256, { zh: "迟到", en: "late" }],
  [512, { zh: "时间超前", en: "from the future" }],
  [1024, { zh: "时间乱序", en: "out of order" }],
  [2048, { zh: "时钟不可信", en: "clock not trusted" }],
  [4096, { zh: "时间由平台补", en: "time filled in by us" }],
];

/** Bits that make a value unfit to prove that all is well. */
export const UNTRUSTED = 1 | 4 | 8 | 16 | 32 | 64;

export const kindNames: Record<string, { zh: string; en: string }> = {
  combustible_gas: { zh: "可燃气体", en: "Combustible gas" },
  toxic_gas: { zh: "有毒气体", en: "Toxic gas" },
  oxygen: { zh: "氧气", en: "Oxygen" },
  temperature: { zh: "温度", en: "Temperature" },
  hot_spot: { zh: "热像热点", en: "Hot spot" },
  smoke: { zh: "烟雾", en: "Smoke" },
  flame: { zh: "火焰", en: "Flame" },
  pressure: { zh: "压力", en: "Pressure" },
  level: { zh: "液位", en: "Level" },
  ventilation_flow: { zh: "通风流量", en: "Ventilation flow" },
  vibration: { zh: "振动", en: "Vibration" },
  electrical: { zh: "电气", en: "Electrical" },
  video_event: { zh: "视频事件", en: "Video event" },
  access: { zh: "门与门禁", en: "Door and access" },
  people_position: { zh: "人员", en: "People" },
  weather: { zh: "气象", en: "Weather" },
  process: { zh: "工艺", en: "Process" },
  source: { zh: "数据来源", en: "Data source" },
};

export const hazardNames: Record<string, { zh: string; en: string }> = {
  release: { zh: "泄漏", en: "Release" },
  fire: { zh: "火灾", en: "Fire" },
  thermal: { zh: "过热", en: "Heat" },
  process: { zh: "工艺", en: "Process" },
  mechanical: { zh: "机械", en: "Mechanical" },
  electrical: { zh: "电气", en: "Electrical" },
  people: { zh: "人员", en: "People" },
  data: { zh: "数据", en: "Data" },
};

/** Units as people write them. */
export const unitNames: Record<string, { zh: string; en: string }> = {
  degC: { zh: "°C", en: "°C" },
  "m3/h": { zh: "m³/h", en: "m³/h" },
  "m3/s": { zh: "m³/s", en: "m³/s" },
  "mg/m3": { zh: "mg/m³", en: "mg/m³" },
  "ug/m3": { zh: "µg/m³", en: "µg/m³" },
  "m/s2": { zh: "m/s²", en: "m/s²" },
  Ohm: { zh: "Ω", en: "Ω" },
  MOhm: { zh: "MΩ", en: "MΩ" },
  deg: { zh: "°", en: "°" },
  persons: { zh: "人", en: "people" },
  count: { zh: "次", en: "times" },
  pieces: { zh: "件", en: "pieces" },
  score: { zh: "置信度", en: "confidence" },
  state: { zh: "", en: "" },
  "1": { zh: "", en: "" },
};
