import type { Text } from "../../api/types";
import { useSay } from "../../app/language";
import { useAct } from "../../parts/doing";
import { addPasskey } from "./door";
import { passkeysWork } from "./passkey";
import { PasswordForm } from "./PasswordForm";
import { deviceName } from "./device";
import { identityTexts } from "./texts";

/** After a one-time link: how this person comes in from now on. Nothing else can be done before that. */
export function SetUp({ name, done }: { name: Text; done: () => void }) {
  const t = useSay();
  const act = useAct();
  const register = async () => {
    if (await act.run(() => addPasskey(deviceName(navigator.userAgent)))) done();
  };
  return (
    <div className="form">
      <div>
        <h1>{t(identityTexts.setUpTitle, { name: t(name) })}</h1>
        <p className="soft">{t(identityTexts.setUpLead)}</p>
      </div>
      <section className="way">
        <h2>{t(identityTexts.setUpPasskey)}</h2>
        <p className="soft">{t(passkeysWork() ? identityTexts.setUpPasskeyHow : identityTexts.passkeyNotHere)}</p>
        {act.problem && <p className="problem" role="alert">{t(act.problem)}</p>}
        <button className="button main" disabled={act.busy || !passkeysWork()} onClick={() => void register()}>{t(identityTexts.addPasskey)}</button>
      </section>
      <section className="way">
        <h2>{t(identityTexts.setUpPassword)}</h2>
        <PasswordForm done={done} />
      </section>
      <p className="muted">{t(identityTexts.setUpMust)}</p>
    </div>
  );
}
