import type { ReactNode } from "react";
import { ApiProblem } from "../api/client";
import { useSay } from "../app/language";
import { partsTexts } from "./texts";

export function Loading({ lines = 4 }: { lines?: number }) {
  const t = useSay();
  return (
    <div role="status" aria-label={t(partsTexts.loading)}>
      {Array.from({ length: lines }, (_, i) => (
        <div key={i} className="skeleton" style={{ width: `${85 - ((i * 23) % 50)}%` }} />
      ))}
    </div>
  );
}

export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="state">
      <b>{title}</b>
      {children && <p>{children}</p>}
    </div>
  );
}

export function Failed({ error, retry }: { error: unknown; retry?: () => void }) {
  const t = useSay();
  // What does not exist does not come by asking again.
  const isGone = error instanceof ApiProblem && error.status === 404;
  return (
    <div className="state" role="alert">
      <b>{t(isGone ? partsTexts.notThere : partsTexts.failed)}</b>
      <p>{error instanceof ApiProblem ? t(error.text) : String(error)}</p>
      {retry && !isGone && (
        <button className="button" onClick={retry}>
          {t(partsTexts.retry)}
        </button>
      )}
    </div>
  );
}
