import { useEffect, useMemo, useState } from "react";
import type { Definition, Incident, IncidentPageData, TimelineEntry } from "../../api/types";
import { age, clock, serverNow, useNow } from "../../app/clock";
import { useLanguage, useSay } from "../../app/language";
import { live, useLive } from "../../app/live";
import { useSite } from "../../app/site";
import { PriorityMark } from "../../parts/priority";
import { hazardNames } from "../../parts/texts";
import { valueText } from "../../parts/value";
import { useKept, usePicture } from "./kept";
import { useOutbox } from "./outbox";
import { Aged, Hold, Nothing, Part, StateOf, useDo } from "./parts";
import { usePerson } from "./person";
import { isMeasured, isOver, waitsFor } from "./picture";
import { pending } from "./queue";
import { phoneTexts } from "./texts";

const FIRST_LINES = 12;

/** One incident, in the order of a person's questions: what, where, how bad, who, what to do; the act at the thumb. */
export function IncidentPage({ id }: { id: string }) {
  const t = useSay();
  const asked = useKept<IncidentPageData>(`/incidents/${encodeURIComponent(id)}`);
  const { incidents } = usePicture();
  const lines = useLive("lines");
  useEffect(() => {
    live.setOpened(id);
    return () => live.setOpened(null);
  }, [id]);
  const pushed = incidents.find((i) => i.id === id);
  const fetched = asked.data?.incident;
  const incident = pushed && (!fetched || pushed.revision >= fetched.revision) ? pushed : fetched;
  const timeline = useMemo(() => {
    const all = new Map<string, TimelineEntry>();
    for (const line of [...(asked.data?.timeline ?? []), ...(lines.get(id) ?? [])]) all.set(line.id, line);
    return [...all.values()].sort((a, b) => b.time - a.time || b.recorded - a.recorded);
  }, [asked.data, lines, id]);
  if (!incident) return <Nothing>{t(asked.error ? phoneTexts.unknownIncident : phoneTexts.loading)}</Nothing>;
  return (
    <>
      <Head incident={incident} />
      {!pushed && <Aged at={asked.at} fresh={asked.fresh} />}
      <ToDo incident={incident} />
      <Alarms incident={incident} />
      {!isOver(incident) && <Say incident={incident} />}
      <Timeline lines={timeline} at={asked.at} fresh={asked.fresh} />
      {!isOver(incident) && <Thumb incident={incident} />}
    </>
  );
}

function Head({ incident }: { incident: Incident }) {
  const t = useSay();
  const language = useLanguage();
  const now = useNow();
  const { zones, people, site } = useSite();
  const { me } = usePerson();
  const owner = people.get(incident.owner ?? "");
  const first = incident.first_out;
  const who = isOver(incident) ? t(phoneTexts.over)
    : incident.owner === null ? t(phoneTexts.nobody)
    : t(phoneTexts.whoHasIt, { who: owner ? t(owner.name) : incident.owner });
  return (
    <header className="m-head">
      <PriorityMark priority={incident.priority} size={44} hollow={isOver(incident) || incident.status === "settled"} />
      <div>
        <h1>{t(incident.title)}</h1>
        <p>
          <b>{incident.zones.map((z) => t(zones.get(z)?.name ?? { zh: z, en: z })).join(" → ")}</b>
        </p>
        <p className="soft">
          {t(hazardNames[incident.hazard]!)} · {first.point} {valueText(first.value, first.unit, language)}
          {incident.growing && ` · ${t(phoneTexts.growing)}`}
          {incident.exercise && ` · ${t(phoneTexts.exercise)}`}
        </p>
        {me !== null && incident.offered_to === me.id && <p><span className="tag strong">{t(phoneTexts.offered, { who: owner ? t(owner.name) : "" })}</span></p>}
        <p className="soft">
          {clock(incident.started / 1e6, now, site.timezone)} · {age(incident.started / 1e6, now, language)} · {who}
        </p>
      </div>
    </header>
  );
}

function ToDo({ incident }: { incident: Incident }) {
  const t = useSay();
  const definition = useKept<Definition>(`/definitions/${encodeURIComponent(incident.first_out.alarm)}`);
  const action = definition.data?.rationalisation?.action;
  return (
    <section className="m-do">
      <h2>{t(phoneTexts.doNow)}</h2>
      <p>{action ? t(action) : t(definition.data ? phoneTexts.noAction : definition.error ? phoneTexts.noActionKnown : phoneTexts.loading)}</p>
    </section>
  );
}

function Alarms({ incident }: { incident: Incident }) {
  const t = useSay();
  const language = useLanguage();
  const { may } = usePerson();
  const { alarms } = usePicture();
  const items = useOutbox();
  const { failed, run } = useDo();
  const unseen = alarms
    .filter((a) => incident.members.some((m) => m.alarm === a.alarm) && (a.state === "unack_active" || a.state === "return_unack"))
    .map((a) => a.alarm);
  const words = new Map(alarms.map((a) => [a.alarm, a.message]));
  const waits = pending(items, "acknowledge", incident.id);
  const active = incident.members.filter((m) => m.active);
  const rest = [...active, ...incident.members.filter((m) => !m.active)].slice(0, 8);
  const acknowledge = () =>
    run({ kind: "acknowledge", about: incident.id, title: incident.title, path: "/alarms/acknowledge", body: { alarms: unseen.slice(0, 500) } });
  return (
    <Part title={t(phoneTexts.alarmsIn, { n: active.length })}>
      <ul className="m-facts">
        {rest.map((m) => (
          <li key={m.alarm}>
            <PriorityMark priority={m.priority} size={24} hollow={!m.active} />
            <span className="m-what">{words.has(m.alarm) && <b>{t(words.get(m.alarm)!)}</b>}<small className="soft">{m.point}</small></span>
            {isMeasured(m.unit) && <span className="num">{valueText(m.value, m.unit, language)}</span>}
          </li>
        ))}
      </ul>
      {waits ? <StateOf item={waits} /> : unseen.length > 0 && may("alarms.acknowledge", incident.zones) && (
        <button className="button m-wide" onClick={() => void acknowledge()}>{t(phoneTexts.acknowledge, { n: unseen.length })}</button>
      )}
      {failed && <p role="alert">{failed}</p>}
    </Part>
  );
}

/** When it was said, for the timeline, should it arrive much later. */
function useLate(): () => { at: string; words: string } {
  const t = useSay();
  const { site } = useSite();
  return () => ({ at: clock(serverNow(), serverNow(), site.timezone, "minute"), words: t(phoneTexts.late) });
}

function Say({ incident }: { incident: Incident }) {
  const t = useSay();
  const { may } = usePerson();
  const items = useOutbox();
  const [text, setText] = useState("");
  const { failed, run } = useDo();
  const late = useLate();
  if (!may("incidents.note", incident.zones)) return null;
  const path = `/incidents/${encodeURIComponent(incident.id)}/note`;
  const note = async () => {
    if (!text.trim()) return;
    if (await run({ kind: "note", about: incident.id, title: incident.title, path, body: { text: text.trim(), late: late() } })) setText("");
  };
  const unsent = items.filter((i) => i.about === incident.id && (i.kind === "note" || i.kind === "help") && i.state !== "sent");
  const help = items.filter((i) => i.about === incident.id && i.kind === "help").at(-1);
  return (
    <Part title={t(phoneTexts.note)}>
      <form
        className="m-form" onSubmit={(event) => {
          event.preventDefault();
          void note();
        }}
      >
        <textarea className="field" rows={2} maxLength={1900} value={text} onChange={(e) => setText(e.target.value)} placeholder={t(phoneTexts.noteHolder)} aria-label={t(phoneTexts.note)} />
        <div className="m-two">
          <Hold ms={1000} hint={t(phoneTexts.helpHold)} onHeld={() => void run({ kind: "help", about: incident.id, title: phoneTexts.help, path, body: { text: t(phoneTexts.helpSaid), late: late() } })}>
            {t(phoneTexts.help)}
          </Hold>
          <button className="button" disabled={!text.trim()}>{t(phoneTexts.save)}</button>
        </div>
      </form>
      {help?.state === "sent" && <p role="status">{t(phoneTexts.helpSent)}</p>}
      {failed && <p role="alert">{failed}</p>}
      {unsent.map((item) => (
        <p key={item.id} className="m-unsent">
          {String(item.body.text ?? "")} <StateOf item={item} />
          {item.problem && item.state === "refused" && <small>{t(item.problem)}</small>}
        </p>
      ))}
    </Part>
  );
}

function Timeline({ lines, at, fresh }: { lines: TimelineEntry[]; at: number | null; fresh: boolean }) {
  const t = useSay();
  const now = useNow();
  const { site } = useSite();
  const [isLong, setLong] = useState(false);
  const shown = isLong ? lines : lines.slice(0, FIRST_LINES);
  return (
    <Part title={t(phoneTexts.soFar)}>
      <Aged at={at} fresh={fresh} />
      <ol className="m-timeline">
        {shown.map((line) => (
          <li key={line.id}>
            <time>{clock(line.time / 1e6, now, site.timezone)}</time>
            <p>{t(line.text)}</p>
          </li>
        ))}
      </ol>
      {lines.length > shown.length && <button className="button m-wide" onClick={() => setLong(true)}>{t(phoneTexts.earlier)}</button>}
    </Part>
  );
}

/** The one large button, where the thumb is. */
function Thumb({ incident }: { incident: Incident }) {
  const t = useSay();
  const { me, may } = usePerson();
  const items = useOutbox();
  const { failed, run } = useDo();
  const late = useLate();
  const waits = pending(items, "take", incident.id) ?? pending(items, "release", incident.id);
  const refused = items.filter((i) => i.about === incident.id && i.kind === "take" && i.state === "refused").at(-1);
  const path = `/incidents/${encodeURIComponent(incident.id)}`;
  const mine = me !== null && incident.owner === me.id;
  if (!may("incidents.take", incident.zones)) return may("incidents.take") ? <p className="m-thumb">{t(phoneTexts.notYourZone)}</p> : null;
  const act = (kind: "take" | "release") =>
    run({ kind, about: incident.id, title: incident.title, path: `${path}/${kind}`, body: { late: late() } });
  return (
    <div className="m-thumb">
      {failed && <p role="alert">{failed}</p>}
      {refused?.problem && incident.owner !== me?.id && <p role="alert">{t(refused.problem)}</p>}
      {waits ? (
        <p className="m-sent" role="status">
          <b>{t(waits.kind === "take" ? phoneTexts.iHaveIt : phoneTexts.giveBack)}</b> <StateOf item={waits} />
        </p>
      ) : mine ? (
        <div className="m-two">
          <p className="m-sent"><b>{t(phoneTexts.youHaveIt)}</b></p>
          <Hold ms={1000} hint={t(phoneTexts.giveBack)} onHeld={() => void act("release")}>{t(phoneTexts.giveBack)}</Hold>
        </div>
      ) : waitsFor(incident, me?.id ?? null) ? (
        <button className="button main m-huge" title={t(phoneTexts.takeHint)} onClick={() => void act("take")}>{t(phoneTexts.iHaveIt)}</button>
      ) : null}
    </div>
  );
}
