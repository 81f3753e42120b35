import { useLanguage, useSay } from "../../app/language";
import { useRemembered } from "../../app/remembered";
import { useTheme } from "../../app/theme";
import { roleNames } from "../identity/roles";
import { isInstalled, useInstall } from "./install";
import { useOutbox } from "./outbox";
import { Hold, Part, Row } from "./parts";
import { leave, usePerson } from "./person";
import { counts } from "./queue";
import { phoneTexts } from "./texts";

/** Who holds the phone, how it looks, and the way out. */
export default function MePage() {
  const t = useSay();
  const language = useLanguage();
  const { me } = usePerson();
  const [, setLanguage] = useRemembered("language", "zh");
  const { dark, toggle } = useTheme();
  const install = useInstall();
  const items = useOutbox();
  const { waiting, refused } = counts(items, me?.id ?? null);
  const unsent = waiting + refused;
  return (
    <>
      <header>
        <h1>{me ? t(me.name) : t(phoneTexts.me)}</h1>
        {me && <p className="soft">{t(roleNames[me.role] ?? { zh: me.role, en: me.role })}</p>}
      </header>
      <ul className="m-list">
        <Row to="/m/queue" title={t(phoneTexts.queueTitle)} below={waiting > 0 ? t(phoneTexts.waitingCount, { n: waiting }) : t(phoneTexts.queueEmpty)} />
      </ul>
      <div className="m-two">
        <button className="button" lang={language === "zh" ? "en" : "zh"} onClick={() => setLanguage(language === "zh" ? "en" : "zh")}>{t(phoneTexts.language)}</button>
        <button className="button" onClick={toggle}>{t(dark ? phoneTexts.light : phoneTexts.dark)}</button>
      </div>
      <Part title={t(phoneTexts.app)}>
        {isInstalled() ? <p className="soft">{t(phoneTexts.installed)}</p>
          : install ? <button className="button m-wide" onClick={install}>{t(phoneTexts.install)}</button>
          : <p className="soft">{t(phoneTexts.installHow)}</p>}
        <p><a className="button m-link" href="/">{t(phoneTexts.desktop)}</a></p>
      </Part>
      {me && (
        <Part title={t(phoneTexts.signOut)}>
          <p className="soft">{t(unsent > 0 ? phoneTexts.signOutLoses : phoneTexts.signOutHow, { n: unsent })}</p>
          {unsent > 0 ? (
            <Hold ms={2000} className="button m-wide" hint={t(phoneTexts.signOutLoses, { n: unsent })} onHeld={() => void leave()}>{t(phoneTexts.signOut)}</Hold>
          ) : (
            <button className="button m-wide" onClick={() => void leave()}>{t(phoneTexts.signOut)}</button>
          )}
        </Part>
      )}
    </>
  );
}
