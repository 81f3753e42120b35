import { useState } from "react";
import { useAsk } from "../../app/ask";
import { useLanguage, useSay } from "../../app/language";
import { useMe } from "../../app/me";
import { useRemembered } from "../../app/remembered";
import { useSite } from "../../app/site";
import { useAct } from "../../parts/doing";
import { PageHead } from "../../parts/head";
import { Empty, Failed, Loading } from "../../parts/states";
import { When } from "../../parts/when";
import { deviceName } from "./device";
import { addPasskey, endOtherSessions, endSession, removePasskey, type Mine, type Passkey, type SessionRow, type Ways } from "./door";
import "./identity.css";
import { PasswordForm } from "./PasswordForm";
import { passkeysWork } from "./passkey";
import { roleNames } from "./roles";
import { identityTexts, methodNames } from "./texts";

/** What belongs to the person: who they are here, how they come in, where they are signed in. */
export default function AccountPage() {
  const t = useSay();
  const asked = useAsk<Mine>("/account");
  return (
    <div className="account">
      <PageHead title={t(identityTexts.myAccount)} />
      <Who />
      {asked.data ? (
        <>
          <Passkeys rows={asked.data.passkeys} again={asked.again} />
          <Password isSet={asked.data.password} again={asked.again} />
          <Sessions rows={asked.data.sessions} again={asked.again} />
        </>
      ) : asked.error ? (
        <Failed error={asked.error} retry={asked.again} />
      ) : (
        <Loading lines={6} />
      )}
    </div>
  );
}

function Who() {
  const t = useSay();
  const { me } = useMe();
  const { zones } = useSite();
  const language = useLanguage();
  const [, setLanguage] = useRemembered("language", "");
  if (!me) return null;
  const where = me.zones?.length === 0 ? t(identityTexts.noZone) : me.zones?.map((id) => t(zones.get(id)?.name ?? { zh: id, en: id })).join(t({ zh: "、", en: ", " })) ?? t(identityTexts.wholeSite);
  return (
    <section className="panel">
      <header><h2>{t(identityTexts.whoIAm)}</h2></header>
      <dl className="facts body">
        <dt>{t(identityTexts.name)}</dt><dd><b>{t(me.name)}</b></dd>
        <dt>{t(identityTexts.account)}</dt><dd><code>{me.id}</code></dd>
        <dt>{t(identityTexts.role)}</dt><dd>{t(roleNames[me.role] ?? { zh: me.role, en: me.role })}</dd>
        <dt>{t(identityTexts.zones)}</dt><dd>{where}</dd>
        <dt>{t(identityTexts.language)}</dt>
        <dd>
          <select className="field" value={language} onChange={(e) => setLanguage(e.target.value)} aria-label={t(identityTexts.language)}>
            <option value="zh">中文</option>
            <option value="en">English</option>
          </select>
        </dd>
      </dl>
    </section>
  );
}

function Passkeys({ rows, again }: { rows: Passkey[]; again: () => void }) {
  const ways = useAsk<Ways>("/sign-in/ways");
  const work = passkeysWork() && ways.data?.passkey !== false;
  const t = useSay();
  const act = useAct();
  const [name, setName] = useState(() => deviceName(navigator.userAgent));
  const add = async () => {
    if (await act.run(() => addPasskey(name.trim()))) again();
  };
  return (
    <section className="panel">
      <header><h2>{t(identityTexts.passkeys)}</h2></header>
      {rows.length === 0 ? (
        <Empty title={t(identityTexts.noPasskeys)}>{t(identityTexts.setUpPasskeyHow)}</Empty>
      ) : (
        <ul className="rows">
          {rows.map((key) => (
            <li key={key.id}>
              <span className="grow">
                <b>{key.name}</b>
                <span className="muted">
                  {t(identityTexts.added)} <When ns={key.created} short /> · {key.used ? <>{t(identityTexts.lastUsed)} <When ns={key.used} /></> : t(identityTexts.neverUsed)}
                </span>
              </span>
              <button className="button" disabled={act.busy} onClick={() => void act.run(() => removePasskey(key.id)).then(again)}>{t(identityTexts.remove)}</button>
            </li>
          ))}
        </ul>
      )}
      <form
        className="body"
        onSubmit={(event) => {
          event.preventDefault();
          void add();
        }}
      >
        <div className="inline-form">
          <label>
            {t(identityTexts.passkeyName)}
            <input className="field" value={name} maxLength={60} required onChange={(e) => setName(e.target.value)} />
          </label>
          <button className="button" disabled={act.busy || !work}>{t(identityTexts.addPasskey)}</button>
        </div>
        <div className="form">
          {!work && <p className="muted">{t(identityTexts.passkeyNotHere)}</p>}
          {act.problem && <p className="problem" role="alert">{t(act.problem)}</p>}
        </div>
      </form>
    </section>
  );
}

function Password({ isSet, again }: { isSet: boolean; again: () => void }) {
  const t = useSay();
  const [saved, setSaved] = useState(false);
  return (
    <section className="panel">
      <header>
        <h2>{t(identityTexts.password)}</h2>
        <span className="soft" role="status">{t(saved ? identityTexts.passwordSaved : isSet ? identityTexts.passwordNow : identityTexts.passwordNone)}</span>
      </header>
      <div className="body narrow">
        <PasswordForm
          done={() => {
            setSaved(true);
            again();
          }}
        />
      </div>
    </section>
  );
}

function Sessions({ rows, again }: { rows: SessionRow[]; again: () => void }) {
  const t = useSay();
  const act = useAct();
  return (
    <section className="panel">
      <header>
        <h2>{t(identityTexts.sessions)}</h2>
        {rows.length > 1 && <button className="button" disabled={act.busy} onClick={() => void act.run(endOtherSessions).then(again)}>{t(identityTexts.endOthers)}</button>}
      </header>
      <ul className="rows">
        {rows.map((row) => (
          <li key={row.id}>
            <span className="grow">
              <span><b>{deviceName(row.agent)}</b> {row.current && <span className="tag strong">{t(identityTexts.thisDevice)}</span>}</span>
              <span className="muted">
                {row.address} · {t(methodNames[row.method] ?? { zh: row.method, en: row.method })} · {t(identityTexts.lastSeen)} <When ns={row.seen} />
              </span>
            </span>
            {!row.current && <button className="button" disabled={act.busy} onClick={() => void act.run(() => endSession(row.id)).then(again)}>{t(identityTexts.end)}</button>}
          </li>
        ))}
      </ul>
      <div className="form">{act.problem && <p className="problem" role="alert">{t(act.problem)}</p>}</div>
    </section>
  );
}
