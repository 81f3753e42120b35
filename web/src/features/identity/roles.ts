import type { Text } from "../../api/types";

/** The roles' names as in identity/roles.py. */
export const roleNames: Record<string, Text> = {
  administrator: { zh: "管理员", en: "Administrator" },
  crew: { zh: "班组人员", en: "Crew" },
  shift_supervisor: { zh: "当班班长", en: "Shift supervisor" },
  safety_engineer: { zh: "安全工程师", en: "Safety engineer" },
  safety_data_officer: { zh: "安全数据员", en: "Safety data officer" },
  manager: { zh: "负责人", en: "Manager" },
  contractor: { zh: "承包商", en: "Contractor" },
  drill_instructor: { zh: "演练教官", en: "Drill instructor" },
  auditor: { zh: "审核员", en: "Auditor" },
};

/** Roles that may answer for some zones only; the others for the whole site. */
export const zonedRoles = new Set(["crew", "contractor"]);

/** Zones that no tick stands for: one of our own answers for the whole site, a guest for nothing. */
export const untickedZones = (role: string): string[] | null => (role === "contractor" ? [] : null);
