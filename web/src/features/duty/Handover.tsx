import type { Page } from "../../api/types";
import { useState } from "react";
import { command } from "../../api/client";
import { useAsk } from "../../app/ask";
import { useMe } from "../../app/me";
import { setQuery, useAddress } from "../../app/router";
import { useAct } from "../../parts/doing";
import { Empty, Failed, Loading } from "../../parts/states";
import { When } from "../../parts/when";
import { PersonSelect } from "./ChangeFields";
import { useNames } from "./names";
import { OpenList } from "./OpenList";
import { dutyTexts } from "./texts";
import type { Handover, OpenItems } from "./types";

/** Between two shifts: what is open lists itself, the outgoing person adds words, the incoming one confirms. */
export function HandoverTab() {
  const { t } = useNames();
  const { may } = useMe();
  const { query } = useAddress();
  const open = useAsk<OpenItems>("/duty/open", 20_000);
  const notes = useAsk<Page<Handover>>("/duty/handovers?limit=50", 20_000);
  const shown = notes.data?.items.find((note) => note.id === query.get("note"));
  if (shown) return <Note note={shown} onDone={notes.again} />;
  return (
    <>
      <Waiting notes={notes.data?.items ?? []} />
      <div className="duty-two">
        <section className="panel">
          <header><h2>{t(dutyTexts.openNow)}</h2>{open.data && <When ns={open.data.time} />}</header>
          {open.error && !open.data ? <Failed error={open.error} retry={open.again} /> : !open.data ? <Loading lines={6} /> : <OpenList open={open.data} />}
          {may("duty.handover") && open.data && <Hand onDone={notes.again} />}
        </section>
        <section className="panel">
          <header><h2>{t(dutyTexts.notes)}</h2></header>
          {notes.error && !notes.data ? (
            <Failed error={notes.error} retry={notes.again} />
          ) : !notes.data ? (
            <Loading lines={4} />
          ) : notes.data.items.length === 0 ? (
            <Empty title={t(dutyTexts.noNotes)}>{t(dutyTexts.noNotesHow)}</Empty>
          ) : (
            <ul className="note-list">{notes.data.items.map((note) => <NoteLine key={note.id} note={note} />)}</ul>
          )}
        </section>
      </div>
    </>
  );
}

function Waiting({ notes }: { notes: Handover[] }) {
  const { t } = useNames();
  const { me } = useMe();
  const mine = notes.filter((note) => note.to === me?.id && note.confirmed === null);
  if (mine.length === 0) return null;
  return (
    <section className="panel waiting">
      <header><h2>{t(dutyTexts.forYou)}</h2></header>
      <ul className="note-list">{mine.map((note) => <NoteLine key={note.id} note={note} />)}</ul>
    </section>
  );
}

function NoteLine({ note }: { note: Handover }) {
  const { t, person } = useNames();
  return (
    <li>
      <button className="note-line" onClick={() => setQuery({ note: note.id }, false)}>
        <b>{t(dutyTexts.noteOf, { by: person(note.by), to: person(note.to) })}</b>
        <When ns={note.time} />
        <span className={note.confirmed ? "tag" : "tag strong"}>{t(note.confirmed ? dutyTexts.confirmed : dutyTexts.waiting)}</span>
        {note.text && <span className="soft words">{note.text}</span>}
      </button>
    </li>
  );
}

function Hand({ onDone }: { onDone: () => void }) {
  const { t, person } = useNames();
  const { me } = useMe();
  const [to, setTo] = useState("");
  const [text, setText] = useState("");
  const [handed, setHanded] = useState<string | null>(null);
  const act = useAct();
  const hand = () =>
    void act.run(async () => {
      await command<Handover>("/duty/handovers", { to, text });
      setHanded(to);
      setTo("");
      setText("");
      onDone();
    });
  return (
    <form
      className="duty-form body hand"
      onSubmit={(event) => {
        event.preventDefault();
        hand();
      }}
    >
      <label className="wide">{t(dutyTexts.say)}<textarea className="field" rows={4} maxLength={4000} value={text} onChange={(e) => setText(e.target.value)} placeholder={t(dutyTexts.sayHolder)} /></label>
      <label>{t(dutyTexts.handTo)}<PersonSelect value={to} onChange={setTo} empty="—" without={me?.id} /></label>
      <button className="button main" disabled={act.busy || !to}>{t(dutyTexts.hand)}</button>
      <p className="wide" role="status">{act.problem ? <span className="refusal">{t(act.problem)}</span> : handed ? t(dutyTexts.handed, { who: person(handed) }) : null}</p>
    </form>
  );
}

function Note({ note, onDone }: { note: Handover; onDone: () => void }) {
  const { t, person } = useNames();
  const { me, may } = useMe();
  const [text, setText] = useState("");
  const act = useAct();
  const confirm = () =>
    void act.run(async () => {
      try {
        await command(`/duty/handovers/${note.id}/confirm`, { text });
      } finally {
        onDone();
      }
    });
  return (
    <article className="panel printed">
      <header>
        <h2>{t(dutyTexts.handover)} · {t(dutyTexts.noteOf, { by: person(note.by), to: person(note.to) })}</h2>
        <div className="acts-row">
          <button className="button" onClick={() => window.print()}>{t(dutyTexts.print)}</button>
          <button className="button" onClick={() => setQuery({ note: null }, false)}>{t(dutyTexts.close)}</button>
        </div>
      </header>
      <p className="body"><When ns={note.time} /></p>
      {note.text && <p className="body said">{note.text}</p>}
      <OpenList open={note.open} />
      <div className="body">
        {note.confirmed ? (
          <p><b>{t(dutyTexts.confirmed)}</b> · {person(note.to)} · <When ns={note.confirmed} />{note.answer && <span className="said">{note.answer}</span>}</p>
        ) : note.to === me?.id && may("duty.handover") ? (
          <div className="duty-form">
            <label className="wide">{t(dutyTexts.say)}<textarea className="field" rows={2} maxLength={4000} value={text} onChange={(e) => setText(e.target.value)} /></label>
            <button className="button main huge wide" disabled={act.busy} onClick={confirm}>{t(dutyTexts.confirm)}</button>
            {act.problem && <p className="wide refusal" role="alert">{t(act.problem)}</p>}
          </div>
        ) : (
          <p><span className="tag strong">{t(dutyTexts.waiting)}</span></p>
        )}
      </div>
    </article>
  );
}
