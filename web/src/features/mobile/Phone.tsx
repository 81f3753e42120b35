import { lazy, Suspense, useEffect, useLayoutEffect, useMemo, type ReactNode } from "react";
import type { Site } from "../../api/types";
import { clock, duration, serverNow, useNow } from "../../app/clock";
import { LanguageContext, useLanguage, useSay, type Language } from "../../app/language";
import { live, useConnection, useLive } from "../../app/live";
import { useProofWanted } from "../../app/proof";
import { useRemembered } from "../../app/remembered";
import { useSession } from "../../app/session";
import { go, Link, useAddress } from "../../app/router";
import { SiteContext, siteData, useSite } from "../../app/site";
import { useTheme } from "../../app/theme";
import { useKept, usePicture } from "./kept";
import { IncidentPage } from "./IncidentPage";
import { IncidentsPage } from "./IncidentsPage";
import { outbox, useOutbox } from "./outbox";
import { usePerson } from "./person";
import "./phone.css";
import { counts } from "./queue";
import { phoneTexts } from "./texts";
import { takeOver, useUpdate } from "./update";

const SignInPage = lazy(() => import("../identity/SignInPage"));
const TasksPage = lazy(() => import("./TasksPage"));
const HazardPage = lazy(() => import("./HazardPage"));
const PermitsPage = lazy(() => import("./PermitsPage"));
const PermitPage = lazy(() => import("./PermitPage"));
const ApplyPage = lazy(() => import("./ApplyPage"));
const ProofDialog = lazy(() => import("../identity/ProofDialog"));
const ScanPage = lazy(() => import("./ScanPage"));
const PlacePage = lazy(() => import("./PlacePage"));
const ReportPage = lazy(() => import("./ReportPage"));
const QueuePage = lazy(() => import("./QueuePage"));
const MePage = lazy(() => import("./MePage"));

export function Phone() {
  const [chosen] = useRemembered("language", "");
  const { me } = usePerson();
  const { dark } = useTheme();
  const lang: Language = (chosen || me?.language) === "en" ? "en" : "zh";
  useLayoutEffect(() => {
    document.documentElement.lang = lang === "zh" ? "zh-CN" : "en";
    document.documentElement.dataset.theme = dark ? "dark" : "light";
    document.querySelector('meta[name="theme-color"]')?.setAttribute("content", dark ? "#14171a" : "#e7e9eb");
  }, [lang, dark]);
  return (
    <LanguageContext value={lang}>
      <WithPerson />
      <Proof />
    </LanguageContext>
  );
}

function Proof(): ReactNode {
  const wanted = useProofWanted();
  return wanted ? <Suspense fallback={null}><ProofDialog /></Suspense> : null;
}

/** The sign-in stands in the page's place and leaves its address, as on the control room's pages. */
function WithPerson() {
  const now = useSession();
  const { me, known } = usePerson();
  const t = useSay();
  const isHere = me !== null;
  useEffect(() => (isHere ? live.start() : live.stop()), [isHere]);
  if (now.state === "out" || (now.state === "in" && now.me.way_missing))
    return (
      <Suspense fallback={null}>
        <SignInPage ended={now.state === "out" && now.ended} />
      </Suspense>
    );
  if (isHere) return <WithSite />;
  const lost = known && now.state === "asking" && now.error !== null;
  return (
    <div className="phone">
      <main className="m-main">
        <div className="state" role={lost ? "alert" : "status"}>
          <b>{t(lost ? phoneTexts.noSite : phoneTexts.connecting)}</b>
          {lost && <p>{t(phoneTexts.noSiteHow)}</p>}
        </div>
      </main>
    </div>
  );
}

function WithSite() {
  const asked = useKept<Site>("/site");
  const t = useSay();
  const { again } = asked;
  useEffect(() => {
    if (!asked.error || asked.data) return;
    const timer = window.setInterval(again, 4000);
    return () => window.clearInterval(timer);
  }, [asked.error, asked.data, again]);
  const data = useMemo(() => (asked.data ? siteData(asked.data, []) : null), [asked.data]);
  if (!data)
    return (
      <div className="phone">
        <main className="m-main">
          <div className="state" role={asked.error ? "alert" : "status"}>
            <b>{t(asked.error ? phoneTexts.noSite : phoneTexts.connecting)}</b>
            {asked.error !== null && <p>{t(phoneTexts.noSiteHow)}</p>}
          </div>
        </main>
      </div>
    );
  return (
    <SiteContext value={data}>
      <Frame />
    </SiteContext>
  );
}

function Frame() {
  const t = useSay();
  const { me } = usePerson();
  const { path } = useAddress();
  const { alive } = useConnection();
  const items = useOutbox();
  const id = me?.id ?? null;
  useEffect(() => {
    live.setPerson(id);
    outbox.setPerson(id);
  }, [id]);
  const { waiting, refused } = counts(items, id);
  const [, , first = "", ...rest] = path.split("/");
  const tabs = [
    { to: "/m", key: ["", "incident"], name: phoneTexts.incidents },
    { to: "/m/tasks", key: ["tasks", "hazard"], name: phoneTexts.tasks },
    { to: "/m/permits", key: ["permits", "permit", "apply"], name: phoneTexts.permits },
    { to: "/m/scan", key: ["scan", "place"], name: phoneTexts.scan },
    { to: "/m/report", key: ["report"], name: phoneTexts.report },
  ];
  const isTab = rest.length === 0 && ["", "tasks", "permits", "scan", "report"].includes(first);
  useEffect(() => {
    document.title = t(phoneTexts.title);
  }, [t]);
  return (
    <div className={alive ? "phone" : "phone m-dead"}>
      <header className="m-top">
        {isTab ? <b className="m-brand">防微</b> : <Back />}
        <span className="m-space" />
        {(waiting > 0 || refused > 0) && (
          <Link to="/m/queue" className={refused ? "m-chip strong" : "m-chip"}>
            {refused > 0 ? t(phoneTexts.refusedCount, { n: refused }) : t(phoneTexts.waitingCount, { n: waiting })}
          </Link>
        )}
        <Link to="/m/me" className="m-chip" title={t(phoneTexts.me)}>
          {me ? t(me.name) : t(phoneTexts.signIn)}
        </Link>
      </header>
      <Band />
      <main className="m-main">
        <Suspense fallback={<p className="m-nothing" role="status">{t(phoneTexts.loading)}</p>}>
          <Page first={first} rest={rest.map(decodeURIComponent)} />
        </Suspense>
      </main>
      <nav className="m-nav" aria-label={t(phoneTexts.pages)}>
        {tabs.map((tab) => (
          <Link key={tab.to} to={tab.to} aria-current={tab.key.includes(first) ? "page" : undefined}>
            {t(tab.name)}
          </Link>
        ))}
      </nav>
    </div>
  );
}

function Back() {
  const t = useSay();
  const back = () => (history.length > 1 ? history.back() : go("/m"));
  return (
    <button className="m-back" onClick={back}>
      ‹ {t(phoneTexts.back)}
    </button>
  );
}

/** Says in words that what is shown may not be the present, and that a new version waits. */
function Band(): ReactNode {
  const t = useSay();
  const language = useLanguage();
  const { site } = useSite();
  const now = useNow();
  const { alive, started } = useConnection();
  const { at, known } = usePicture();
  const bus = useLive("bus");
  const isNew = useUpdate();
  const words = () => {
    if (!alive) {
      if (at === null) return t(started ? phoneTexts.connecting : phoneTexts.offlineNothing);
      const age = duration(serverNow() - at, language);
      return t(phoneTexts.offline, { clock: clock(at, now, site.timezone), age });
    }
    return !known || !bus ? t(phoneTexts.notKnown) : null;
  };
  const said = words();
  return (
    <>
      {said && <div className="m-band" role="alert">{said}</div>}
      {isNew && (
        <div className="m-band quiet" role="status">
          {t(phoneTexts.update)}
          <button className="button" onClick={takeOver}>{t(phoneTexts.updateNow)}</button>
        </div>
      )}
    </>
  );
}

function Page({ first, rest }: { first: string; rest: string[] }) {
  const t = useSay();
  const [one = "", two = ""] = rest;
  if (first === "") return <IncidentsPage />;
  if (first === "incident" && one) return <IncidentPage key={one} id={one} />;
  if (first === "tasks") return <TasksPage />;
  if (first === "hazard" && one) return <HazardPage key={one} id={one} />;
  if (first === "permits") return <PermitsPage />;
  if (first === "permit" && one) return <PermitPage key={one} id={one} />;
  if (first === "apply" && one) return <ApplyPage key={one} flow={one} />;
  if (first === "scan") return <ScanPage />;
  if (first === "place" && (one === "zone" || one === "point") && two) return <PlacePage key={`${one}/${two}`} code={{ kind: one, id: two }} />;
  if (first === "report") return <ReportPage />;
  if (first === "queue") return <QueuePage />;
  if (first === "me") return <MePage />;
  return (
    <div className="state">
      <b>{t(phoneTexts.notFound)}</b>
      <Link to="/m" className="button">{t(phoneTexts.incidents)}</Link>
    </div>
  );
}
