import { useEffect, useState } from "react";
import { ApiProblem, command } from "../../api/client";
import type { Notice, Page } from "../../api/types";
import { useAsk } from "../../app/ask";
import { useLive } from "../../app/live";
import { useMe } from "../../app/me";
import { useAct } from "../../parts/doing";
import { Empty, Failed, Loading } from "../../parts/states";
import { When } from "../../parts/when";
import { ContactForm } from "./ContactForm";
import { useNames } from "./names";
import { dutyTexts, WEEKDAYS } from "./texts";
import type { Contact, Quiet } from "./types";

/** One's own ways to be reached, each with a test that shows its fate, and what became of every notice. */
export function Contacts() {
  const { t } = useNames();
  const { me } = useMe();
  const path = me ? `/duty/people/${me.id}/contacts` : null;
  const asked = useAsk<Page<Contact>>(path, 15_000);
  const [editing, setEditing] = useState<{ contact: Contact | null } | null>(null);
  const close = () => {
    setEditing(null);
    asked.again();
  };
  if (!me || !path) return null;
  // Who is in no rota is told by the page alone: there is nobody a channel could be added to.
  const isOutside = asked.error instanceof ApiProblem && asked.error.status === 404;
  return (
    <div className="duty-two">
      <section className="panel">
        <header>
          <h2>{t(dutyTexts.contacts)}</h2>
          {!editing && asked.data && <button className="button main" onClick={() => setEditing({ contact: null })}>{t(dutyTexts.addContact)}</button>}
        </header>
        {editing && <ContactForm path={path} contact={editing.contact} onClose={close} />}
        <p className="body soft">{t(dutyTexts.contactsWhat)}</p>
        {isOutside ? (
          <Empty title={t(dutyTexts.outside)}>{t(dutyTexts.outsideHow)}</Empty>
        ) : asked.error && !asked.data ? (
          <Failed error={asked.error} retry={asked.again} />
        ) : !asked.data ? (
          <Loading lines={3} />
        ) : (
          <ul className="contact-list">
            {asked.data.items.map((contact) => (
              <ContactRow key={contact.id} path={path} contact={contact} onEdit={() => setEditing({ contact })} onDone={asked.again} />
            ))}
          </ul>
        )}
      </section>
      <Receipts person={me.id} />
    </div>
  );
}

function ContactRow({ path, contact, onEdit, onDone }: { path: string; contact: Contact; onEdit: () => void; onDone: () => void }) {
  const { t } = useNames();
  const act = useAct();
  const [sure, setSure] = useState(false);
  const [fate, setFate] = useState<Notice | null>(null);
  const notices = useLive("notices");
  const last = fate && (!contact.last_test || fate.sent >= contact.last_test.sent) && contact.last_test?.id !== fate.id ? fate : (contact.last_test ?? fate);
  const heard = last ? notices.get(last.id) : undefined;
  // The page itself is the receiver: as soon as it has the notice, what the platform knows of it has changed.
  useEffect(() => {
    if (heard) onDone();
  }, [heard, onDone]);
  const test = () => void act.run(async () => {
    setFate(await command<Notice>(`${path}/${contact.id}/test`));
    onDone();
  });
  const remove = () => {
    if (!sure) return setSure(true);
    void act.run(async () => {
      try {
        await command(`${path}/${contact.id}/remove`, {}, contact.revision);
      } finally {
        onDone();
      }
    });
  };
  return (
    <li>
      <div>
        <b>{contact.type === "page" ? t(dutyTexts.page) : contact.name}</b>
        <span className="soft">
          {contact.type === "page" ? null : contact.own ? `${contact.type} · ${contact.shown}` : `${contact.type} · ${t(dutyTexts.fromFile)}`}
          {contact.type !== "page" && ` · ${t(dutyTexts.upTo)} ${contact.max_priority === 1 ? t(dutyTexts.only1) : t(dutyTexts.upToN, { n: contact.max_priority })}`}
        </span>
        {!contact.usable && <b className="refusal">{t(dutyTexts.unreadable)}</b>}
        {contact.quiet.map((quiet, i) => <QuietLine key={i} quiet={quiet} />)}
        <span aria-live="polite">{last ? <Fate notice={last} /> : contact.own && <span className="muted">{t(dutyTexts.notTested)}</span>}</span>
        {act.problem && <p className="refusal" role="alert">{t(act.problem)}</p>}
      </div>
      <div className="acts-row">
        <button className="button" disabled={act.busy || !contact.usable} onClick={test}>{t(act.busy ? dutyTexts.testing : dutyTexts.test)}</button>
        {contact.own && <button className="button" onClick={onEdit}>{t(dutyTexts.edit)}</button>}
        {contact.own && <button className="button" disabled={act.busy} onClick={remove} onBlur={() => setSure(false)}>{t(sure ? dutyTexts.removeSure : dutyTexts.remove)}</button>}
      </div>
    </li>
  );
}

function QuietLine({ quiet }: { quiet: Quiet }) {
  const { t, join } = useNames();
  const days = quiet.days.length ? join(WEEKDAYS.filter((d) => quiet.days.includes(d)).map((d) => t(dutyTexts[d]))) : t(dutyTexts.everyDay);
  return <span className="soft">{t(dutyTexts.quiet)} {t(quiet.still ? dutyTexts.quietSaid : dutyTexts.quietAll, { days, start: quiet.start, end: quiet.end, still: quiet.still })}</span>;
}

/** How far a notice came, each with its time; a failure with its reason. */
function Fate({ notice }: { notice: Notice }) {
  const { t } = useNames();
  return (
    <span className="fate">
      <span>{t(dutyTexts.sent)} <When ns={notice.sent} short /></span>
      {notice.arrived ? <span>{t(dutyTexts.arrived)} <When ns={notice.arrived} short /></span> : null}
      {notice.read ? <span>{t(dutyTexts.read)} <When ns={notice.read} short /></span> : null}
      {notice.state === "failed" ? <b className="refusal">{t(dutyTexts.failed)} · {notice.error}</b> : null}
    </span>
  );
}

function Receipts({ person }: { person: string }) {
  const { t } = useNames();
  const asked = useAsk<Page<Notice>>(`/duty/receipts?person=${encodeURIComponent(person)}&limit=50`, 15_000);
  return (
    <section className="panel">
      <header><h2>{t(dutyTexts.receipts)}</h2></header>
      {asked.error && !asked.data ? (
        <Failed error={asked.error} retry={asked.again} />
      ) : !asked.data ? (
        <Loading lines={4} />
      ) : asked.data.items.length === 0 ? (
        <Empty title={t(dutyTexts.noReceipts)} />
      ) : (
        <ul className="receipt-list">
          {asked.data.items.map((notice) => (
            <li key={notice.id}>
              <span>{t(notice.text)}</span>
              <span className="soft">{notice.channel === "websocket" ? t(dutyTexts.page) : notice.channel} · <Fate notice={notice} /></span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
