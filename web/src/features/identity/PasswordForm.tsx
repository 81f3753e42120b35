import { useState } from "react";
import { useSay } from "../../app/language";
import { useMe } from "../../app/me";
import { useAct } from "../../parts/doing";
import { setPassword } from "./door";
import { identityTexts } from "./texts";

/** One field for a new password: the browser's own keeper fills and shows it; the platform says what it refuses. */
export function PasswordForm({ done }: { done: () => void }) {
  const t = useSay();
  const { me } = useMe();
  const act = useAct();
  const [password, setIt] = useState("");
  return (
    <form
      className="form"
      onSubmit={(event) => {
        event.preventDefault();
        void act.run(() => setPassword(password)).then((isDone) => {
          if (!isDone) return;
          setIt("");
          done();
        });
      }}
    >
      {/* The keeper of passwords files it under this name. */}
      <input type="text" name="username" autoComplete="username" value={me?.id ?? ""} readOnly hidden />
      <label>
        {t(identityTexts.newPassword)} · {t(identityTexts.passwordRules)}
        <input className="field" name="new-password" type="password" autoComplete="new-password" minLength={10} maxLength={200} required value={password} onChange={(e) => setIt(e.target.value)} />
      </label>
      {act.problem && <p className="problem" role="alert">{t(act.problem)}</p>}
      <button className="button" disabled={act.busy}>{t(identityTexts.setPassword)}</button>
    </form>
  );
}
