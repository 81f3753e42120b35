import { useState } from "react";
import { useAsk } from "../../app/ask";
import { serverNow } from "../../app/clock";
import { useSay } from "../../app/language";
import { Dialog } from "../../parts/dialog";
import { useAct } from "../../parts/doing";
import { Secret } from "../../parts/secret";
import { Empty, Failed, Loading } from "../../parts/states";
import { partsTexts } from "../../parts/texts";
import { When } from "../../parts/when";
import { addToken, revokeToken, type Matrix, type TokenRow } from "./door";
import { identityTexts } from "./texts";

/** What machines come in with: made here, shown once, each with its own few rights. */
export function Tokens() {
  const t = useSay();
  const asked = useAsk<{ total: number; items: TokenRow[] }>("/tokens?limit=500&sort=-created");
  const [adding, setAdding] = useState(false);
  const [made, setMade] = useState<{ name: string; token: string } | null>(null);
  const act = useAct();
  const now = serverNow() * 1e6;
  return (
    <section className="panel">
      <header>
        <div><h2>{t(identityTexts.tokens)}</h2><span className="muted">{t(identityTexts.tokensHow)}</span></div>
        <button className="button" onClick={() => setAdding(true)}>{t(identityTexts.addToken)}</button>
      </header>
      {asked.error && !asked.data ? (
        <Failed error={asked.error} retry={asked.again} />
      ) : !asked.data ? (
        <Loading lines={3} />
      ) : asked.data.items.length === 0 ? (
        <Empty title={t(identityTexts.noTokens)}>{t(identityTexts.noTokensHow)}</Empty>
      ) : (
        <ul className="rows">
          {asked.data.items.map((token) => {
            const over = token.revoked !== null ? identityTexts.revoked : token.expires < now ? identityTexts.expired : null;
            return (
              <li key={token.id}>
                <span className="grow">
                  <span><b>{token.name}</b> {over && <span className="tag">{t(over)}</span>}</span>
                  <span className="muted">
                    {token.scopes.join(" ")} · {t(identityTexts.expires)} <When ns={token.expires} /> · {token.used ? <>{t(identityTexts.lastUsed)} <When ns={token.used} /></> : t(identityTexts.neverUsed)}
                  </span>
                </span>
                {!over && <button className="button" disabled={act.busy} onClick={() => void act.run(() => revokeToken(token.id)).then(asked.again)}>{t(identityTexts.revoke)}</button>}
              </li>
            );
          })}
        </ul>
      )}
      <div className="form">{act.problem && <p className="problem" role="alert">{t(act.problem)}</p>}</div>
      {adding && (
        <NewToken
          close={() => setAdding(false)}
          made={(name, token) => {
            setAdding(false);
            setMade({ name, token });
            asked.again();
          }}
        />
      )}
      {made && (
        <Dialog title={t(identityTexts.tokenFor, { name: made.name })} onClose={() => setMade(null)} wide>
          <div className="form">
            <p className="soft">{t(identityTexts.tokenOnce)}</p>
            <Secret text={made.token} label={t(identityTexts.tokenFor, { name: made.name })} />
          </div>
        </Dialog>
      )}
    </section>
  );
}

function NewToken({ close, made }: { close: () => void; made: (name: string, token: string) => void }) {
  const t = useSay();
  const act = useAct();
  const verbs = useAsk<Matrix>("/roles");
  const [name, setName] = useState("");
  const [days, setDays] = useState(365);
  const [scopes, setScopes] = useState<Set<string>>(new Set());
  const tick = (verb: string, on: boolean) => {
    const next = new Set(scopes);
    if (on) next.add(verb);
    else next.delete(verb);
    setScopes(next);
  };
  return (
    <Dialog title={t(identityTexts.addToken)} onClose={close} wide>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          void act.run(async () => made(name.trim(), await addToken(name.trim(), [...scopes], days)));
        }}
      >
        <label>
          {t(identityTexts.name)}
          <input className="field" value={name} onChange={(e) => setName(e.target.value)} required maxLength={100} autoFocus />
        </label>
        <label>
          {t(identityTexts.days)}
          <input className="field" type="number" min={1} max={366} value={days} onChange={(e) => setDays(Number(e.target.value))} required />
        </label>
        <fieldset className="labelled">
          <legend>{t(identityTexts.scopes)}</legend>
          {verbs.error ? (
            <Failed error={verbs.error} retry={verbs.again} />
          ) : (
            <div className="checks">
              {(verbs.data?.verbs ?? []).filter((v) => v.machines).map((v) => (
                <label key={v.verb} title={v.verb}><input type="checkbox" checked={scopes.has(v.verb)} onChange={(e) => tick(v.verb, e.target.checked)} />{t(v.text)}</label>
              ))}
            </div>
          )}
        </fieldset>
        {act.problem && <p className="problem" role="alert">{t(act.problem)}</p>}
        <div className="foot"><button className="button main" disabled={act.busy || scopes.size === 0}>{t(act.busy ? partsTexts.sending : identityTexts.addToken)}</button></div>
      </form>
    </Dialog>
  );
}
