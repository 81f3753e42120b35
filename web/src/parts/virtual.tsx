import { useEffect, useRef, useState, type ReactNode } from "react";
import { magnified } from "./magnified";

/** Which rows of a long list to draw for a scroll position. Pure. */
export function visibleRows(count: number, rowHeight: number, top: number, height: number, spare = 8): [number, number] {
  const first = Math.max(0, Math.floor(top / rowHeight) - spare);
  const last = Math.min(count, Math.ceil((top + height) / rowHeight) + spare);
  return [Math.min(first, last), last];
}

/** A list of equally high rows of which only those on screen exist; scrolls with the page. */
export function VirtualRows(props: { count: number; rowHeight: number; row: (index: number) => ReactNode; label: string }) {
  const { count, rowHeight, row, label } = props;
  const box = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, height: window.innerHeight });
  useEffect(() => {
    let asked = 0;
    const look = () => {
      asked = 0;
      const rect = box.current?.getBoundingClientRect();
      const wall = box.current ? magnified(box.current) : 1;
      if (rect) setView({ top: Math.max(0, -rect.top / wall), height: window.innerHeight / wall });
    };
    const soon = () => {
      asked ||= requestAnimationFrame(look);
    };
    look();
    window.addEventListener("scroll", soon, { passive: true });
    window.addEventListener("resize", soon);
    return () => {
      cancelAnimationFrame(asked);
      window.removeEventListener("scroll", soon);
      window.removeEventListener("resize", soon);
    };
  }, []);
  const [first, last] = visibleRows(count, rowHeight, view.top, view.height);
  const rows = [];
  for (let i = first; i < last; i++) rows.push(row(i));
  return (
    <div ref={box} role="rowgroup" aria-label={label} style={{ height: count * rowHeight, position: "relative" }}>
      <div style={{ transform: `translateY(${first * rowHeight}px)` }}>{rows}</div>
    </div>
  );
}
