import { useState } from "react";
import { ApiProblem } from "../../api/client";
import { useSay } from "../../app/language";
import { useSite } from "../../app/site";
import { Dialog } from "../../parts/dialog";
import { useAct } from "../../parts/doing";
import { partsTexts } from "../../parts/texts";
import { addPerson, changePerson, type PersonContent, type PersonRow } from "./door";
import { roleNames, untickedZones, zonedRoles } from "./roles";
import { identityTexts } from "./texts";

/** Adds an account, or changes role, zones and state of one. The second of two editors is told, nothing is lost. */
export function PersonDialog({ person, close, saved }: { person: PersonRow | null; close: () => void; saved: () => void }) {
  const t = useSay();
  const { site } = useSite();
  const act = useAct();
  // A guest of the whole site has every zone ticked: none would mean nothing.
  const ticked = (one: PersonRow | null | undefined) => new Set(one?.zones ?? (one && untickedZones(one.role) ? site.zones.map((z) => z.id) : []));
  const [base, setBase] = useState(person);
  const [id, setId] = useState("");
  const [zh, setZh] = useState(person?.name.zh ?? "");
  const [en, setEn] = useState(person?.name.en ?? "");
  const [external, setExternal] = useState(person?.external ?? "");
  const [role, setRole] = useState(person?.role ?? "crew");
  const [zones, setZones] = useState<Set<string>>(ticked(person));
  const zoned = zonedRoles.has(role);
  const save = (state: PersonRow["state"]) =>
    act.run(async () => {
      const content: PersonContent = {
        name: { zh: zh.trim(), en: en.trim() || zh.trim() }, role, zones: !zoned ? null : zones.size > 0 ? [...zones] : untickedZones(role),
        language: base?.language ?? "zh", external: external.trim() || null, state,
      };
      try {
        if (base) await changePerson(base.id, base.revision, content);
        else await addPerson(id.trim(), content);
      } catch (error) {
        // Somebody else was first: what they saved is shown, and the next press is made from it.
        if (error instanceof ApiProblem && error.status === 412 && error.current) {
          const now = error.current as PersonRow;
          setBase(now);
          setZh(now.name.zh);
          setEn(now.name.en);
          setRole(now.role);
          setExternal(now.external ?? "");
          setZones(ticked(now));
          saved();
          throw new ApiProblem(identityTexts.stale, error.code, error.status);
        }
        throw error;
      }
      saved();
      close();
    });
  const tick = (zone: string, on: boolean) => {
    const next = new Set(zones);
    if (on) next.add(zone);
    else next.delete(zone);
    setZones(next);
  };
  return (
    <Dialog title={base ? t(base.name) : t(identityTexts.add)} onClose={close} wide>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          void save(base?.state ?? "active");
        }}
      >
        {!base && (
          <label>
            {t(identityTexts.idRule)}
            <input className="field" value={id} onChange={(e) => setId(e.target.value)} required pattern="[a-z0-9][a-z0-9\-]{0,63}" autoCapitalize="none" spellCheck={false} autoFocus />
          </label>
        )}
        <label>
          {t(identityTexts.nameZh)}
          <input className="field" value={zh} onChange={(e) => setZh(e.target.value)} required maxLength={100} />
        </label>
        <label>
          {t(identityTexts.nameEn)}
          <input className="field" value={en} onChange={(e) => setEn(e.target.value)} maxLength={100} />
        </label>
        <label>
          {t(identityTexts.role)}
          <select className="field" value={role} onChange={(e) => setRole(e.target.value)}>
            {Object.entries(roleNames).map(([r, name]) => <option key={r} value={r}>{t(name)}</option>)}
          </select>
        </label>
        {zoned && (
          <fieldset className="labelled">
            <legend>{t(identityTexts.zones)} · {t(untickedZones(role) ? identityTexts.zoneNoneGuest : identityTexts.zoneNone)}</legend>
            <div className="checks">
              {site.zones.map((z) => (
                <label key={z.id}><input type="checkbox" checked={zones.has(z.id)} onChange={(e) => tick(z.id, e.target.checked)} />{t(z.name)}</label>
              ))}
            </div>
          </fieldset>
        )}
        <label>
          {t(identityTexts.external)}
          <input className="field" value={external} onChange={(e) => setExternal(e.target.value)} maxLength={200} autoCapitalize="none" spellCheck={false} />
        </label>
        {base?.edited && <p className="muted">{t(identityTexts.edited)}</p>}
        {act.problem && <p className="problem" role="alert">{t(act.problem)}</p>}
        <div className="foot">
          {base && (
            <button type="button" className="button" disabled={act.busy} title={base.state === "active" ? t(identityTexts.disableHow) : undefined} onClick={() => void save(base.state === "active" ? "disabled" : "active")}>
              {t(base.state === "active" ? identityTexts.disable : identityTexts.enable)}
            </button>
          )}
          <button className="button main" disabled={act.busy}>{t(act.busy ? partsTexts.sending : identityTexts.save)}</button>
        </div>
      </form>
    </Dialog>
  );
}
