import { lazy, Suspense, useState } from "react";
import { useSay } from "../../app/language";
import "./work.css";
import { workTexts } from "./texts";

// Pinch, pan and swipe are what antd-mobile does better than any few lines of ours; it comes when a photo is opened.
const Viewer = lazy(() => import("./Viewer"));

export function photoAddress(id: string, small = false): string {
  return `/api/work/photos/${encodeURIComponent(id)}${small ? "?small=true" : ""}`;
}

/** Photos as small pictures; a touch opens them. */
export function Photos({ ids }: { ids: string[] }) {
  const t = useSay();
  const [open, setOpen] = useState<number | null>(null);
  if (ids.length === 0) return null;
  return (
    <div className="work-photos">
      {ids.map((id, i) => (
        <button key={id} type="button" onClick={() => setOpen(i)} aria-label={t(workTexts.photo, { n: i + 1 })}>
          <img src={photoAddress(id, true)} alt="" loading="lazy" />
        </button>
      ))}
      {open !== null && (
        <Suspense fallback={null}>
          <Viewer images={ids.map((id) => photoAddress(id))} at={open} onClose={() => setOpen(null)} />
        </Suspense>
      )}
    </div>
  );
}
