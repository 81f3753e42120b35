import { useEffect, useId, useRef, useState, type ReactNode, type RefObject } from "react";
import { signOut } from "../features/identity/door";
import { roleNames } from "../features/identity/roles";
import { useSay } from "./language";
import { useMe } from "./me";
import { Link } from "./router";
import { NavLink, type NavEntry } from "./Shell";
import { session } from "./session";
import { appTexts } from "./texts";
import { useTheme } from "./theme";

/** Open or not; closes by Escape (focus goes back to the button), by a press elsewhere, and when focus leaves. */
function useMenu(): { box: RefObject<HTMLDivElement | null>; open: boolean; setOpen: (open: boolean) => void } {
  const box = useRef<HTMLDivElement>(null);
  const [open, setOpen] = useState(false);
  useEffect(() => {
    if (!open) return;
    const elsewhere = (event: Event) => {
      if (!box.current?.contains(event.target as Node)) setOpen(false);
    };
    const escape = (event: KeyboardEvent) => {
      if (event.key !== "Escape") return;
      setOpen(false);
      box.current?.querySelector("button")?.focus();
    };
    document.addEventListener("pointerdown", elsewhere);
    document.addEventListener("focusin", elsewhere);
    document.addEventListener("keydown", escape);
    return () => {
      document.removeEventListener("pointerdown", elsewhere);
      document.removeEventListener("focusin", elsewhere);
      document.removeEventListener("keydown", escape);
    };
  }, [open]);
  return { box, open, setOpen };
}

/** Who sits here, and what belongs to them rather than to the plant. */
export function AccountMenu(): ReactNode {
  const t = useSay();
  const { me, may } = useMe();
  const { dark, toggle } = useTheme();
  const { box, open, setOpen } = useMenu();
  const id = useId();
  if (!me) return null;
  const leave = async () => {
    setOpen(false);
    // A platform that cannot be reached keeps the session, but this page must not go on showing the plant.
    await signOut().catch(() => undefined);
    session.left();
  };
  return (
    <div className="menu" ref={box}>
      <button className="tool who" aria-expanded={open} aria-controls={id} onClick={() => setOpen(!open)}>
        <span className="name">{t(me.name)}</span>
        <span aria-hidden="true">▾</span>
      </button>
      {open && (
        <div className="menu-box" id={id}>
          <p className="menu-head">
            <b>{t(me.name)}</b>
            <span className="soft">{t(roleNames[me.role] ?? { zh: me.role, en: me.role })}</span>
          </p>
          <Link to="/account" onClickCapture={() => setOpen(false)}>{t(appTexts.account)}</Link>
          {may("identity.read") && <Link to="/people" onClickCapture={() => setOpen(false)}>{t(appTexts.people)}</Link>}
          {/* Another page of its own: opened, not gone to. */}
          <a href="/m">{t(appTexts.onSite)}</a>
          <button onClick={toggle}>{t(dark ? appTexts.light : appTexts.dark)}</button>
          <button onClick={() => void leave()}>{t(appTexts.signOut)}</button>
        </div>
      )}
    </div>
  );
}

/** The pages that do not fit at a phone's foot. */
export function MoreMenu({ entries }: { entries: NavEntry[] }): ReactNode {
  const t = useSay();
  const { box, open, setOpen } = useMenu();
  const id = useId();
  return (
    <div className="menu more" ref={box}>
      <button aria-expanded={open} aria-controls={id} className={entries.some((e) => e.here) ? "here" : undefined} onClick={() => setOpen(!open)}>
        {t(appTexts.more)}
      </button>
      {open && (
        <div className="menu-box up" id={id}>
          {entries.map((entry) => <NavLink key={entry.to} entry={entry} onClick={() => setOpen(false)} />)}
        </div>
      )}
    </div>
  );
}
