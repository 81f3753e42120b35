import type { Kind } from "./types";

/** One line drawing per card, in ink; the name stands beside it always. */
const PATHS: Record<Kind, string> = {
  form: "M6 3h12v18H6zM9 8h6M9 12h6M9 16h3",
  isolate: "M6 11h12v9H6zM9 11V7a3 3 0 0 1 6 0v4M12 14v3",
  measure: "M4 16a8 8 0 1 1 16 0M12 16l4-5M4 20h16",
  approve: "M4 20h16M5 15c3-8 5-8 5-3s2 4 4-1 3 1 5 1",
  work: "M12 4a8 8 0 1 1-7.4 5M4 4v5h5M12 8v4l3 2",
  branch: "M6 4v5c0 4 6 3 6 7v4M18 4v5c0 4-6 3-6 7M9 17l3 3 3-3",
  notify: "M5 10v4h3l6 4V6l-6 4zM17 9a4 4 0 0 1 0 6",
  wait: "M7 3h10M7 21h10M8 3c0 5 8 5 8 9s-8 4-8 9M16 3c0 5-8 5-8 9s8 4 8 9",
  sub_flow: "M4 5h16v14H4zM12 9v6M9 12h6",
  close: "M4 12l5 5L20 6",
  expert: "M9 6l-6 6 6 6M15 6l6 6-6 6",
};

export function KindIcon({ kind }: { kind: Kind }) {
  return (
    <svg className="kind-icon" width="24" height="24" viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="1.7" strokeLinecap="round" strokeLinejoin="round" aria-hidden="true">
      <path d={PATHS[kind]} />
    </svg>
  );
}
