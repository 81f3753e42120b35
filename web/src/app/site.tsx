import { createContext, useContext } from "react";
import type { Glyph, Person, Site, Zone } from "../api/types";

export interface SiteData {
  site: Site;
  zones: Map<string, Zone>;
  people: Map<string, Person>;
  points: Map<string, Glyph>;
}

export const SiteContext = createContext<SiteData | null>(null);

export function siteData(site: Site, plan: Glyph[]): SiteData {
  return {
    site,
    zones: new Map(site.zones.map((z) => [z.id, z])),
    people: new Map(site.people.map((p) => [p.id, p])),
    points: new Map(plan.map((p) => [p.id, p])),
  };
}

export function useSite(): SiteData {
  const data = useContext(SiteContext);
  if (!data) throw new Error("useSite outside of the loaded page");
  return data;
}
