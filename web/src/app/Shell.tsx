import { useEffect, type ReactNode } from "react";
import type { Text } from "../api/types";
import { AccountMenu, MoreMenu } from "./AccountMenu";
import { clock, duration, useNow } from "./clock";
import { useLanguage, useSay } from "./language";
import { useConnection, useLive } from "./live";
import { useMe } from "./me";
import { useRemembered } from "./remembered";
import { Link, useAddress } from "./router";
import { useSite } from "./site";
import { appTexts } from "./texts";

export interface NavEntry {
  to: string;
  name: Text;
  count: number;
  here: boolean;
}

/** A phone's thumb reaches so many; the others are behind "More". */
const ON_PHONE = 4;

/** The frame: where one is, who one is, whether the line is alive. */
export function Shell({ children }: { children: ReactNode }) {
  const t = useSay();
  const language = useLanguage();
  const { site } = useSite();
  const connection = useConnection();
  const [, setLanguage] = useRemembered("language", "zh");
  const now = useNow();
  const dead = !connection.alive;
  const entries = useNav();
  const open = useOpenIncidents().length;
  useEffect(() => {
    document.title = `${open ? `(${open}) ` : ""}${t(site.name)} · 防微 Fangwei`;
  }, [open, t, site.name]);
  return (
    <div className={dead ? "shell dead" : "shell"}>
      <a className="skip" href="#content">{t(appTexts.skip)}</a>
      <header className="top">
        <Link to="/" className="brand" title={t(appTexts.overview)}>
          <b>防微</b>
          <span>{t(site.name)}</span>
        </Link>
        <nav className="nav" aria-label={t(appTexts.pages)}>
          {entries.map((entry) => <NavLink key={entry.to} entry={entry} />)}
        </nav>
        <div className="tools">
          <span className="clock">{clock(now, now, site.timezone)}</span>
          <button className="tool" lang={language === "zh" ? "en" : "zh"} onClick={() => setLanguage(language === "zh" ? "en" : "zh")} title={t(appTexts.otherLanguageHint)}>
            {t(appTexts.otherLanguage)}
          </button>
          <AccountMenu />
        </div>
      </header>
      <Banner />
      <main className="page" id="content" tabIndex={-1}>{children}</main>
      <nav className="phone-nav" aria-label={t(appTexts.pages)}>
        {entries.slice(0, ON_PHONE).map((entry) => <NavLink key={entry.to} entry={entry} />)}
        {entries.length > ON_PHONE && <MoreMenu entries={entries.slice(ON_PHONE)} />}
      </nav>
    </div>
  );
}

export function NavLink({ entry, onClick }: { entry: NavEntry; onClick?: () => void }) {
  const t = useSay();
  return (
    <Link to={entry.to} aria-current={entry.here ? "page" : undefined} onClickCapture={onClick}>
      {t(entry.name)}
      {entry.count > 0 && <span className="count">{entry.count > 999 ? "999+" : entry.count}</span>}
    </Link>
  );
}

function useOpenIncidents() {
  const incidents = useLive("incidents");
  return [...incidents.values()].filter((i) => i.status === "open" || i.status === "owned");
}

/** Every page this person may read, in the order of an ordinary night. */
function useNav(): NavEntry[] {
  const { path } = useAddress();
  const { me, may } = useMe();
  const alarms = useLive("alarms");
  const open = useOpenIncidents();
  const acts = may("incidents.take");
  const mine = open.filter((i) => i.owner === me?.id).length;
  const unseen = [...alarms.values()].filter((a) => a.state === "unack_active" || a.state === "return_unack").length;
  const first = `/${path.split("/")[1] ?? ""}`;
  const pages: { to: string; name: Text; verb: string; count?: number }[] = [
    { to: "/", name: appTexts.overview, verb: "plant.read" },
    // What one has oneself is named first, as soon as there is any.
    { to: acts && mine > 0 ? "/incidents?show=mine" : "/incidents", name: acts && mine > 0 ? appTexts.mine : appTexts.incidents, count: acts && mine > 0 ? mine : open.length, verb: "incidents.read" },
    { to: "/alarms", name: appTexts.alarms, count: unseen, verb: "alarms.read" },
    { to: "/permits", name: appTexts.permits, verb: "flows.read" },
    { to: "/trend", name: appTexts.trends, verb: "historian.read" },
    { to: "/points", name: appTexts.points, verb: "plant.read" },
    { to: "/duty", name: appTexts.duty, verb: "duty.read" },
    { to: "/flows", name: appTexts.flows, verb: "flows.read" },
    { to: "/records", name: appTexts.records, verb: "audit.read" },
    { to: "/system", name: appTexts.system, verb: "system.read" },
  ];
  return pages.filter((page) => may(page.verb)).map(({ to, name, count = 0 }) => ({ to, name, count, here: to.split("?")[0] === first }));
}

/** Says in words that what is shown may not be the present. */
function Banner(): ReactNode {
  const t = useSay();
  const language = useLanguage();
  const now = useNow();
  const { site } = useSite();
  const connection = useConnection();
  const confirmed = useLive("confirmed");
  const bus = useLive("bus");
  if (!connection.alive) {
    const words =
      connection.heard === null
        ? t(appTexts.connecting)
        : t(appTexts.dead, { age: duration(Date.now() - connection.heard, language), clock: clock(connection.heard, now, site.timezone) });
    return <div className="banner" role="alert">{words}</div>;
  }
  if (!bus) return <div className="banner" role="alert">{t(appTexts.busDown)}</div>;
  const names = { incidents: appTexts.roomIncidents, alarms: appTexts.roomAlarms, sources: appTexts.roomSources, latest: appTexts.roomLatest };
  const silent = (Object.keys(names) as (keyof typeof names)[]).filter((part) => confirmed[part] === null);
  if (silent.length === 0) return null;
  const rooms = silent.map((part) => t(names[part])).join(t(appTexts.comma));
  return <div className="banner part" role="status">{t(appTexts.unconfirmed, { rooms })}</div>;
}
