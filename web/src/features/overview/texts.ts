import type { Catalogue } from "../../app/language";

export const overviewTexts = {
  incidents: { zh: "进行中的事件", en: "Open incidents" },
  sources: { zh: "数据来源", en: "Sources" },
  sourcesUnknown: { zh: "采集服务没有回应，不知道来源状态", en: "The field connections do not answer; their state is not known" },
  noSources: { zh: "没有配置数据来源", en: "No sources are configured" },
  allUp: { zh: "{n} 个来源正常", en: "{n} {n|source is|sources are} up" },
  someDown: { zh: "{n} 个来源异常", en: "{n} {n|source is|sources are} not up" },
  up: { zh: "正常", en: "up" },
  down: { zh: "断开", en: "down" },
  degraded: { zh: "有错误", en: "with errors" },
  connecting: { zh: "连接中", en: "connecting" },
  silent: { zh: "没有消息", en: "silent" },
  wholeSite: { zh: "全厂", en: "Whole site" },
  zoneAlarms: { zh: "区域报警", en: "Alarms here" },
  zonePoints: { zh: "区域测点", en: "Points here" },
  noZoneAlarms: { zh: "本区域没有报警", en: "No alarms here" },
  alarmsUnknown: { zh: "报警服务没有回应，不知道有没有报警", en: "The alarm service does not answer; not known whether there are alarms" },
  activeAlarms: { zh: "报警 {n}", en: "{n} {n|alarm|alarms}" },
  unacked: { zh: "未确认 {n}", en: "{n} not acknowledged" },
} satisfies Catalogue;
