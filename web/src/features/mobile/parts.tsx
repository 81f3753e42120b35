import { useRef, useState, type ReactNode } from "react";
import { duration, useNow } from "../../app/clock";
import { useLanguage, useSay } from "../../app/language";
import { useConnection } from "../../app/live";
import { Link } from "../../app/router";
import { outbox, type Deed } from "./outbox";
import type { Item } from "./queue";
import { phoneTexts } from "./texts";

/** A section with a name. */
export function Part({ title, children, count }: { title: string; children: ReactNode; count?: number }) {
  return (
    <section className="m-part">
      <h2>
        {title}
        {count !== undefined && count > 0 && <span className="count">{count}</span>}
      </h2>
      {children}
    </section>
  );
}

/** A row that leads somewhere, as large as a glove. */
export function Row({ to, mark, title, below, end }: { to: string; mark?: ReactNode; title: ReactNode; below?: ReactNode; end?: ReactNode }) {
  return (
    <li>
      <Link to={to} className="m-row">
        {mark}
        <span className="m-about">
          <b>{title}</b>
          {below && <span className="soft">{below}</span>}
        </span>
        {end && <span className="m-end">{end}</span>}
      </Link>
    </li>
  );
}

export function Nothing({ children }: { children: ReactNode }) {
  return <p className="m-nothing">{children}</p>;
}

/** How old an answer is that does not come from now; nothing when it does. */
export function Aged({ at, fresh }: { at: number | null; fresh: boolean }) {
  const t = useSay();
  const language = useLanguage();
  const now = useNow();
  if (fresh || at === null) return null;
  return <p className="m-aged stale-value">{t(phoneTexts.stale, { age: duration(now - at, language) })}</p>;
}

/** Press and hold: for what is not undone. Keyboards hold as well. */
export function Hold({ ms, onHeld, children, className = "button", hint }: { ms: number; onHeld: () => void; children: ReactNode; className?: string; hint: string }) {
  const [holding, setHolding] = useState(false);
  const timer = useRef<number | undefined>(undefined);
  const start = () => {
    if (holding) return;
    setHolding(true);
    timer.current = window.setTimeout(() => {
      setHolding(false);
      onHeld();
    }, ms);
  };
  const end = () => {
    window.clearTimeout(timer.current);
    setHolding(false);
  };
  const key = (event: { key: string }) => event.key === " " || event.key === "Enter";
  return (
    <button
      type="button" className={`${className} m-hold ${holding ? "holding" : ""}`} title={hint} aria-label={`${String(children)} · ${hint}`}
      onPointerDown={start} onPointerUp={end} onPointerLeave={end} onPointerCancel={end} onContextMenu={(e) => e.preventDefault()}
      onKeyDown={(e) => key(e) && !e.repeat && start()} onKeyUp={(e) => key(e) && end()} onBlur={end}
    >
      <span className="m-fill" style={{ transitionDuration: holding ? `${ms}ms` : "0ms" }} aria-hidden="true" />
      {children}
    </button>
  );
}

/** Do something through the queue. A phone that cannot keep it says so: then nothing was done. */
export function useDo(): { failed: string | null; run: (deed: Deed) => Promise<string | null> } {
  const t = useSay();
  const [failed, setFailed] = useState<string | null>(null);
  const run = async (deed: Deed) => {
    setFailed(null);
    try {
      return await outbox.add(deed);
    } catch (error) {
      console.warn("not kept", error);
      setFailed(t(phoneTexts.notKept));
      return null;
    }
  };
  return { failed, run };
}

/** How one entry of the queue stands, in words. */
export function StateOf({ item }: { item: Item }) {
  const t = useSay();
  const { alive } = useConnection();
  if (item.state === "sent") return <span className="tag">{t(phoneTexts.arrived)}</span>;
  if (item.state === "refused") return <span className="tag strong">{t(phoneTexts.refused)}</span>;
  return <span className="tag">{t(alive && item.tries === 0 ? phoneTexts.sending : phoneTexts.keptHere)}</span>;
}
