import { ConfigProvider, theme as antTheme } from "antd";
import zhCN from "antd/locale/zh_CN";
import enUS from "antd/locale/en_US";
import { lazy, Suspense, useEffect, useLayoutEffect, useMemo, type ReactNode } from "react";
import type { Glyph, Site } from "../api/types";
import { IncidentPage } from "../features/incidents/IncidentPage";
import { IncidentsPage } from "../features/incidents/IncidentsPage";
import { OverviewPage } from "../features/overview/OverviewPage";
import { Empty, Loading } from "../parts/states";
import { useAsk } from "./ask";
import { LanguageContext, useSay, type Language } from "./language";
import { live, useConnection } from "./live";
import { useProofWanted } from "./proof";
import { useMe } from "./me";
import { useRemembered } from "./remembered";
import { Link, useAddress } from "./router";
import { Shell } from "./Shell";
import { session, useSession } from "./session";
import { SiteContext, siteData } from "./site";
import { appTexts } from "./texts";
import { useTheme } from "./theme";

const AlarmsPage = lazy(() => import("../features/alarms/AlarmsPage"));
const TrendPage = lazy(() => import("../features/historian/TrendPage"));
const PointsPage = lazy(() => import("../features/plant/PointsPage"));
const DutyPage = lazy(() => import("../features/duty/DutyPage"));
const PointPage = lazy(() => import("../features/plant/PointPage"));
const SignInPage = lazy(() => import("../features/identity/SignInPage"));
const AccountPage = lazy(() => import("../features/identity/AccountPage"));
const PeoplePage = lazy(() => import("../features/identity/PeoplePage"));
const ProofDialog = lazy(() => import("../features/identity/ProofDialog"));
const RecordsPage = lazy(() => import("../features/audit/RecordsPage"));
const PermitsPage = lazy(() => import("../features/permits/PermitsPage"));
const PermitPage = lazy(() => import("../features/permits/PermitPage"));
const FlowsPage = lazy(() => import("../features/flows/FlowsPage"));
const DesignerPage = lazy(() => import("../features/flows/DesignerPage"));
const HazardsPage = lazy(() => import("../features/work/HazardsPage"));
const SystemPage = lazy(() => import("../features/system/SystemPage"));

const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? "";

/** Colour is kept for what is abnormal: antd's own accents become ink on grey. */
function tokens(dark: boolean) {
  const ink = dark ? "#d5d9dd" : "#262b31";
  return {
    algorithm: dark ? antTheme.darkAlgorithm : antTheme.defaultAlgorithm,
    token: {
      colorPrimary: ink, colorLink: dark ? "#dfe2e5" : "#1b1f24", colorInfo: ink, colorSuccess: ink, borderRadius: 6,
      fontFamily: "var(--font)", colorBgBase: dark ? "#1c2024" : "#ffffff", colorTextBase: dark ? "#dfe2e5" : "#1b1f24",
      controlHeight: 40, motion: false, colorTextPlaceholder: dark ? "#b6bcc3" : "#454b53",
      ...(dark
        ? {
            colorTextLightSolid: "#15181b", colorBgContainer: "#24292e", colorBgElevated: "#24292e", colorBorder: "#59626c",
            controlItemBgActive: "#3a4148", controlItemBgHover: "#2f353b", controlOutline: "transparent",
          }
        : { colorBorder: "#9aa1a9", controlItemBgActive: "#e7e9eb", controlItemBgHover: "#f0f1f2", controlOutline: "transparent" }),
    },
  };
}

export function App() {
  const [chosen] = useRemembered("language", "");
  const now = useSession();
  const { dark } = useTheme();
  // What this browser was set to goes before what the account says: a screen on the wall has its own language.
  const lang: Language = (chosen || (now.state === "in" ? now.me.language : "zh")) === "en" ? "en" : "zh";
  // Before the effects of what is inside: charts read the colours there.
  useLayoutEffect(() => {
    document.documentElement.lang = lang === "zh" ? "zh-CN" : "en";
    document.documentElement.dataset.theme = dark ? "dark" : "light";
    document.querySelector('meta[name="theme-color"]')?.setAttribute("content", dark ? "#14171a" : "#e7e9eb");
  }, [lang, dark]);
  const look = useMemo(() => tokens(dark), [dark]);
  return (
    <LanguageContext value={lang}>
      <ConfigProvider csp={{ nonce }} locale={lang === "zh" ? zhCN : enUS} theme={look}>
        <WithSession />
        <Proof />
      </ConfigProvider>
    </LanguageContext>
  );
}

/** The sign-in stands in the page's place and leaves its address: whoever comes in is where they wanted to be. */
function WithSession() {
  const now = useSession();
  const { path } = useAddress();
  const isIn = now.state === "in";
  useEffect(() => (isIn ? live.start() : live.stop()), [isIn]);
  useEffect(() => {
    if (now.state !== "asking" || !now.error) return;
    const timer = window.setInterval(() => void session.ask(), 4000);
    return () => window.clearInterval(timer);
  }, [now]);
  if (path === "/sign-in" || now.state === "out" || (now.state === "in" && now.me.way_missing))
    return (
      <Suspense fallback={<main className="page"><Loading lines={6} /></main>}>
        <SignInPage ended={now.state === "out" && now.ended} />
      </Suspense>
    );
  if (isIn) return <WithSite />;
  return <main className="page">{now.error ? <Unreachable /> : <Loading lines={6} />}</main>;
}

function Unreachable() {
  const t = useSay();
  return (
    <div className="state" role="alert">
      <b>{t(appTexts.unreachable)}</b>
      <p>{t(appTexts.unreachableHow)}</p>
    </div>
  );
}

function Proof(): ReactNode {
  const wanted = useProofWanted();
  return wanted ? <Suspense fallback={null}><ProofDialog /></Suspense> : null;
}

function WithSite() {
  const site = useAsk<Site>("/site");
  const plan = useAsk<Glyph[]>("/plan");
  const data = useMemo(() => (site.data && plan.data ? siteData(site.data, plan.data) : null), [site.data, plan.data]);
  const connection = useConnection();
  // The platform came up after the page: ask again as soon as the line is there, and meanwhile now and then.
  useEffect(() => {
    if (!site.error && !plan.error) return;
    const again = () => {
      site.again();
      plan.again();
    };
    if (connection.alive) again();
    const timer = window.setInterval(again, 4000);
    return () => window.clearInterval(timer);
  }, [connection.alive, site, plan]);
  if (!data) {
    const error = site.error ?? plan.error;
    return (
      <main className="page">
        {error ? (
          <Unreachable />
        ) : (
          <Loading lines={6} />
        )}
      </main>
    );
  }
  return (
    <SiteContext value={data}>
      <Identity />
      <Shell>
        <Suspense fallback={<Loading lines={6} />}>
          <Page />
        </Suspense>
      </Shell>
    </SiteContext>
  );
}

function Identity(): ReactNode {
  const { me } = useMe();
  useEffect(() => {
    live.setPerson(me?.id ?? null);
  }, [me?.id]);
  return null;
}

function Page() {
  const { path } = useAddress();
  const t = useSay();
  const [, first = "", ...rest] = path.split("/");
  const id = rest.length ? decodeURIComponent(rest.join("/")) : "";
  if (first === "") return <OverviewPage />;
  if (first === "incidents") return id ? <IncidentPage key={id} id={id} /> : <IncidentsPage />;
  if (first === "hazards") return <HazardsPage />;
  if (first === "alarms") return <AlarmsPage />;
  if (first === "trend") return <TrendPage />;
  if (first === "points") return id ? <PointPage key={id} id={id} /> : <PointsPage />;
  if (first === "permits") return id ? <PermitPage key={id} id={id} /> : <PermitsPage />;
  if (first === "flows") return id ? <DesignerPage key={id} id={id} /> : <FlowsPage />;
  if (first === "records") return <RecordsPage />;
  if (first === "duty") return <DutyPage />;
  if (first === "system") return <SystemPage />;
  if (first === "account") return <AccountPage />;
  if (first === "people") return <PeoplePage />;
  return (
    <Empty title={t(appTexts.notFound)}>
      <Link to="/">{t(appTexts.home)}</Link>
    </Empty>
  );
}

