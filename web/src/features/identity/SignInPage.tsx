import { useEffect, useState, type ReactNode } from "react";
import { ApiProblem } from "../../api/client";
import { duration } from "../../app/clock";
import { useAsk } from "../../app/ask";
import { useLanguage, useSay } from "../../app/language";
import { useRemembered } from "../../app/remembered";
import { go, useAddress, useFragment } from "../../app/router";
import { session, useSession } from "../../app/session";
import { appTexts } from "../../app/texts";
import { useAct } from "../../parts/doing";
import { signIn, signInByLink, signInByPasskey, type Ways } from "./door";
import "./identity.css";
import { passkeysWork } from "./passkey";
import { SetUp } from "./SetUp";
import { identityTexts, oidcProblems } from "./texts";

/** Stands in the place of any page while nobody is signed in; the address stays, so that one comes back to it. */
export default function SignInPage({ ended }: { ended: boolean }) {
  const now = useSession();
  const { path } = useAddress();
  const fragment = useFragment();
  const link = path === "/sign-in" ? fragment : "";
  const isIn = now.state === "in";
  const unset = now.state === "in" && now.me.way_missing ? now.me : null;
  useEffect(() => {
    // Somebody who is in already has nothing to do here; who came by a link first chooses how to come next time.
    if (isIn && path === "/sign-in" && !link && !unset) go("/", true);
  }, [isIn, path, link, unset]);
  if (link) return <Frame><ByLink link={link} done={() => go("/sign-in", true)} /></Frame>;
  if (unset) return <Frame><SetUp name={unset.name} done={() => void session.ask()} /></Frame>;
  return <Frame><Usual ended={ended} /></Frame>;
}

function Frame({ children }: { children: ReactNode }) {
  const t = useSay();
  const language = useLanguage();
  const [, setLanguage] = useRemembered("language", "zh");
  return (
    <main className="sign-in">
      <div className="card">
        <div className="head">
          <b>防微</b>
          <span className="soft">Fangwei</span>
          <button className="tool" lang={language === "zh" ? "en" : "zh"} onClick={() => setLanguage(language === "zh" ? "en" : "zh")} title={t(appTexts.otherLanguageHint)}>
            {t(appTexts.otherLanguage)}
          </button>
        </div>
        {children}
      </div>
    </main>
  );
}

function Usual({ ended }: { ended: boolean }) {
  const t = useSay();
  const language = useLanguage();
  const { path, query } = useAddress();
  const [person, setPerson] = useRemembered("person", "");
  const [password, setPassword] = useState("");
  const [opens, setOpens] = useState(0);
  const left = useCountdown(opens);
  const act = useAct();
  const asked = useAsk<Ways>("/sign-in/ways");
  const enter = (work: () => Promise<unknown>) =>
    void act.run(async () => {
      try {
        await work();
      } catch (error) {
        if (error instanceof ApiProblem && error.retryAfter !== null) setOpens(Date.now() + error.retryAfter * 1000);
        throw error;
      }
      await session.ask();
    });
  const noPasskeys = !passkeysWork() || asked.data?.passkey === false;
  const problem = path === "/sign-in" ? query.get("problem") : null;
  const back = path === "/sign-in" ? "/" : path + (query.toString() ? `?${query}` : "");
  return (
    <>
      <h1>{t(identityTexts.signIn)}</h1>
      {problem && <p className="said" role="alert">{t(oidcProblems[problem] ?? identityTexts.oidcFailed)}</p>}
      {ended && <p className="said" role="status">{t(identityTexts.ended)}</p>}
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          enter(() => signIn(person.trim(), password));
        }}
      >
        <label>
          {t(identityTexts.account)}
          <input className="field" name="person" autoComplete="username webauthn" autoCapitalize="none" spellCheck={false} autoFocus={!person} value={person} onChange={(e) => setPerson(e.target.value)} required maxLength={64} />
        </label>
        <label>
          {t(identityTexts.password)}
          <input className="field" name="password" type="password" autoComplete="current-password" autoFocus={Boolean(person)} value={password} onChange={(e) => setPassword(e.target.value)} required maxLength={200} />
        </label>
        {left > 0 ? (
          <p className="problem" role="alert">{t(identityTexts.wait, { t: duration(left, language) })}</p>
        ) : (
          act.problem && <p className="problem" role="alert">{t(act.problem)}</p>
        )}
        <button className="button main" disabled={act.busy || left > 0}>{t(act.busy ? identityTexts.signingIn : identityTexts.signIn)}</button>
      </form>
      <div className="or">{t(identityTexts.or)}</div>
      <div className="ways">
        <button className="button" disabled={act.busy || noPasskeys} title={noPasskeys ? t(identityTexts.passkeyNotHere) : undefined} onClick={() => enter(signInByPasskey)}>
          {t(identityTexts.withPasskey)}
        </button>
        {asked.data?.oidc && (
          <a className="button as-link" href={`/api/sign-in/oidc?back=${encodeURIComponent(back)}`}>{t(identityTexts.withOidc, { name: t(asked.data.oidc.name) })}</a>
        )}
      </div>
      <p className="help muted">{t(identityTexts.noAccount)}</p>
    </>
  );
}

/** Milliseconds until `at`, counted down each second. */
function useCountdown(at: number): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (at <= Date.now()) return;
    setNow(Date.now());
    const timer = window.setInterval(() => setNow(Date.now()), 1000);
    return () => window.clearInterval(timer);
  }, [at]);
  return Math.max(0, at - now);
}

/** Used by a press only: what looks into messages for addresses must not use it up. */
function ByLink({ link, done }: { link: string; done: () => void }) {
  const t = useSay();
  const act = useAct();
  const enter = () =>
    act.run(async () => {
      await signInByLink(link);
      await session.ask();
      done();
    });
  return (
    <div className="form">
      <div>
        <h1>{t(identityTexts.linkTitle)}</h1>
        <p className="soft">{t(identityTexts.linkLead)}</p>
      </div>
      {act.problem && <p className="problem" role="alert">{t(act.problem)}</p>}
      <button className="button main" disabled={act.busy} onClick={() => void enter()} autoFocus>{t(act.busy ? identityTexts.signingIn : identityTexts.linkGo)}</button>
      {act.problem && <button className="button" onClick={() => go("/", true)}>{t(identityTexts.signIn)}</button>}
    </div>
  );
}
