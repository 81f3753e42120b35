import { useEffect, useId, useRef, type ReactNode } from "react";
import { useSay } from "../app/language";
import { partsTexts } from "./texts";

/** A question over the page: keeps the keyboard inside, closes by Escape. The browser's own dialog. */
export function Dialog(props: { title: string; onClose: () => void; children: ReactNode; wide?: boolean }) {
  const { title, onClose, children, wide } = props;
  const ref = useRef<HTMLDialogElement>(null);
  const id = useId();
  const t = useSay();
  useEffect(() => {
    const dialog = ref.current;
    if (dialog && !dialog.open) dialog.showModal();
  }, []);
  return (
    <dialog
      ref={ref} className={wide ? "dialog wide" : "dialog"} aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <header>
        <h2 id={id}>{title}</h2>
        <button type="button" className="tool" onClick={onClose} aria-label={t(partsTexts.cancel)}>✕</button>
      </header>
      <div className="dialog-body">{children}</div>
    </dialog>
  );
}
