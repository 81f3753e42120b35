import type { ReactNode } from "react";

/** The head of a page: its name at the left edge, where the eye finds it on every page, and what one can choose here. */
export function PageHead({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <header className="toolbar page-head">
      <h1>{title}</h1>
      {children}
    </header>
  );
}
