import type { Catalogue } from "../../app/language";

export const trendTexts = {
  title: { zh: "趋势", en: "Trends" },
  choose: { zh: "选择测点，可多选", en: "Choose points, several if you like" },
  nothing: { zh: "还没有选择测点", en: "No point is chosen" },
  nothingHow: { zh: "在上面输入编号或名称，或从测点、报警、事件页打开趋势。", en: "Type an id or name above, or open a trend from a point, alarm or incident." },
  noData: { zh: "这段时间没有读数", en: "No readings in this time" },
  h1: { zh: "1 小时", en: "1 h" },
  h8: { zh: "8 小时", en: "8 h" },
  d1: { zh: "1 天", en: "1 d" },
  d7: { zh: "7 天", en: "7 d" },
  m10: { zh: "10 分钟", en: "10 min" },
  range: { zh: "时间范围", en: "Range" },
  live: { zh: "跟随现在", en: "Follow now" },
  back: { zh: "返回上一范围", en: "Back" },
  copyCsv: { zh: "复制 CSV", en: "Copy CSV" },
  share: { zh: "复制链接", en: "Copy link" },
  hint: { zh: "拖动框选放大，双击返回。断开处没有读数；浅色带为每段的最小到最大。虚线为报警限。", en: "Drag to zoom, double-click to go back. A break means no readings; the pale band runs from minimum to maximum. Dashed lines are limits." },
  band: { zh: "{a} 至 {b}", en: "{a} to {b}" },
  tooMany: { zh: "一张图最多 8 个测点", en: "Eight points at most in one chart" },
  time: { zh: "时间", en: "Time" },
} satisfies Catalogue;
