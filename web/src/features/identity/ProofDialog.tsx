import { useState } from "react";
import { useSay } from "../../app/language";
import { useMe } from "../../app/me";
import { settleProof } from "../../app/proof";
import { Dialog } from "../../parts/dialog";
import { useAct } from "../../parts/doing";
import { proveByPasskey, proveByPassword } from "./door";
import { passkeysWork } from "./passkey";
import { identityTexts } from "./texts";

/** Appears when a command needs a second proof; with it the command goes out again by itself. */
export default function ProofDialog() {
  const t = useSay();
  const { me } = useMe();
  const act = useAct();
  const [password, setPassword] = useState("");
  const prove = async (work: () => Promise<unknown>) => {
    if (await act.run(work)) settleProof(true);
  };
  return (
    <Dialog title={t(identityTexts.proofTitle)} onClose={() => settleProof(false)}>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          void prove(() => proveByPassword(password));
        }}
      >
        <p className="soft">{t(identityTexts.proofLead)}</p>
        <input type="text" name="username" autoComplete="username" value={me?.id ?? ""} readOnly hidden />
        <label>
          {t(identityTexts.password)}
          <input className="field" type="password" autoComplete="current-password" autoFocus required maxLength={200} value={password} onChange={(e) => setPassword(e.target.value)} />
        </label>
        {act.problem && <p className="problem" role="alert">{t(act.problem)}</p>}
        <div className="foot">
          {passkeysWork() && <button type="button" className="button" disabled={act.busy} onClick={() => void prove(proveByPasskey)}>{t(identityTexts.proofPasskey)}</button>}
          <button className="button main" disabled={act.busy}>{t(identityTexts.proofPassword)}</button>
        </div>
      </form>
    </Dialog>
  );
}
