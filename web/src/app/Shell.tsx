import { useEffect, type ReactNode } from "react";
import { clock, duration, useNow } from "./clock";
import { useLanguage, useSay } from "./language";
import { useConnection, useLive } from "./live";
import { useMe, WhoAmI } from "./me";
import { useRemembered } from "./remembered";
import { Link, useAddress } from "./router";
import { useSite } from "./site";
import { appTexts } from "./texts";
import { useTheme } from "./theme";

/** The frame: where one is, who one is, whether the line is alive. */
export function Shell({ children }: { children: ReactNode }) {
  const t = useSay();
  const language = useLanguage();
  const { site } = useSite();
  const { path } = useAddress();
  const connection = useConnection();
  const [, setLanguage] = useRemembered("language", "zh");
  const { dark, toggle } = useTheme();
  const now = useNow();
  const incidents = useLive("incidents");
  const alarms = useLive("alarms");
  const { me } = useMe();
  const open = [...incidents.values()].filter((i) => i.status === "open" || i.status === "owned");
  const mine = me ? open.filter((i) => i.owner === me.id).length : 0;
  const unseen = [...alarms.values()].filter((a) => a.state === "unack_active" || a.state === "return_unack").length;
  const dead = !connection.alive;
  useEffect(() => {
    document.title = `${open.length ? `(${open.length}) ` : ""}${t(site.name)} · 防微 Fangwei`;
  }, [open.length, t, site.name]);
  const first = `/${path.split("/")[1] ?? ""}`;
  const pages = [
    { to: "/", name: appTexts.overview, count: 0 },
    { to: me ? "/incidents?show=mine" : "/incidents", name: me ? appTexts.mine : appTexts.incidents, count: me ? mine : open.length },
    { to: "/alarms", name: appTexts.alarms, count: unseen },
    { to: "/trend", name: appTexts.trends, count: 0 },
    { to: "/points", name: appTexts.points, count: 0 },
    { to: "/system", name: appTexts.system, count: 0 },
  ];
  const links = pages.map((page) => {
    const here = page.to.split("?")[0] === first;
    return (
      <Link key={page.name.en} to={page.to} aria-current={here ? "page" : undefined}>
        {t(page.name)}
        {page.count > 0 && <span className="count">{page.count > 999 ? "999+" : page.count}</span>}
      </Link>
    );
  });
  return (
    <div className={dead ? "shell dead" : "shell"}>
      <header className="top">
        <Link to="/" className="brand" aria-label={t(appTexts.overview)}>
          <b>防微</b>
          <span>{t(site.name)}</span>
        </Link>
        <nav className="nav" aria-label={t(appTexts.pages)}>
          {links}
        </nav>
        <div className="tools">
          <span className="clock">{clock(now, now, site.timezone)}</span>
          <WhoAmI />
          <button className="tool" onClick={toggle} title={t(appTexts.themeHint)}>
            {t(dark ? appTexts.light : appTexts.dark)}
          </button>
          <button className="tool" lang={language === "zh" ? "en" : "zh"} onClick={() => setLanguage(language === "zh" ? "en" : "zh")} title={t(appTexts.otherLanguageHint)}>
            {t(appTexts.otherLanguage)}
          </button>
        </div>
      </header>
      <Banner />
      <main className="page">{children}</main>
      <nav className="phone-nav" aria-label={t(appTexts.pages)}>
        {links}
      </nav>
    </div>
  );
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
          : t(appTexts.dead, {
              age: duration(Date.now() - connection.heard, language),
              clock: clock(connection.heard, now, site.timezone),
            });
      return <div className="banner" role="alert">{words}</div>;
    }
    if (!bus) return <div className="banner" role="alert">{t(appTexts.busDown)}</div>;
    const names = { incidents: appTexts.roomIncidents, alarms: appTexts.roomAlarms, sources: appTexts.roomSources, latest: appTexts.roomLatest };
    const silent = (Object.keys(names) as (keyof typeof names)[]).filter((part) => confirmed[part] === null);
    if (silent.length === 0) return null;
    const rooms = silent.map((part) => t(names[part])).join(t(appTexts.comma));
    return <div className="banner part" role="status">{t(appTexts.unconfirmed, { rooms })}</div>;
  }
