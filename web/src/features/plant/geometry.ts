// Geometry of the plan in site metres (east, north). Pure.

export type Corner = [number, number];

export interface Box {
  west: number;
  south: number;
  east: number;
  north: number;
}

export function boxOf(corners: Corner[]): Box {
  const box = { west: Infinity, south: Infinity, east: -Infinity, north: -Infinity };
  for (const [east, north] of corners) {
    box.west = Math.min(box.west, east);
    box.east = Math.max(box.east, east);
    box.south = Math.min(box.south, north);
    box.north = Math.max(box.north, north);
  }
  return box;
}

export function isInside([x, y]: Corner, polygon: Corner[]): boolean {
  let inside = false;
  for (let i = 0, j = polygon.length - 1; i < polygon.length; j = i++) {
    const [xi, yi] = polygon[i]!;
    const [xj, yj] = polygon[j]!;
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) inside = !inside;
  }
  return inside;
}

/** Free room to the left and right of a place inside a polygon. */
function span([x, y]: Corner, polygon: Corner[]): [number, number] {
  let left = -Infinity;
  let right = Infinity;
  for (let i = 0, j = polygon.length - 1; i < polygon.length; j = i++) {
    const [xi, yi] = polygon[i]!;
    const [xj, yj] = polygon[j]!;
    if (yi > y === yj > y) continue;
    const cross = ((xj - xi) * (y - yi)) / (yj - yi) + xi;
    if (cross <= x) left = Math.max(left, cross);
    else right = Math.min(right, cross);
  }
  return [left, right];
}

/** Where a zone's name is written: the left end of its first row from the top that is nearly as wide as its widest.
 * Up there it hides no sensor, and names of neighbours stand in line. */
export function namePlace(polygon: Corner[]): { at: Corner; width: number; height: number } {
  const box = boxOf(polygon);
  const height = box.north - box.south;
  const rows: { left: number; top: number; width: number }[] = [];
  for (let row = 1; row < 12; row++) {
    const y = box.north - (height * row) / 12;
    let widest = { left: 0, top: y, width: 0 };
    for (let column = 1; column < 12; column++) {
      const x = box.west + ((box.east - box.west) * column) / 12;
      if (!isInside([x, y], polygon)) continue;
      const [left, right] = span([x, y], polygon);
      if (right - left > widest.width) widest = { left, top: y, width: right - left };
    }
    if (widest.width > 0) rows.push(widest);
  }
  const most = Math.max(...rows.map((r) => r.width));
  const first = rows.find((r) => r.width >= most * 0.7);
  if (!first) return { at: [box.west, box.north], width: box.east - box.west, height };
  // In the first row the name may hang from the zone's edge; further down from the row itself.
  const top = first === rows[0] ? box.north : first.top;
  return { at: [first.left, top], width: first.width, height: top - box.south };
}

/** About how wide (px) a text stands. */
export function breadth(text: string, size: number): number {
  return [...text].reduce((sum, c) => sum + (c.charCodeAt(0) > 0x2e80 ? size : size * 0.56), 0);
}

/** A name in lines that fit a width (px): Chinese breaks anywhere, English between words. */
export function breakName(name: string, width: number, size: number): string[] {
  const wide = (text: string) => breadth(text, size);
  if (wide(name) <= width) return [name];
  const isChinese = /[\u2e80-\u9fff]/.test(name);
  const parts = isChinese ? [...name] : name.split(" ");
  const gap = isChinese ? "" : " ";
  const lines: string[] = [];
  let line = "";
  for (const part of parts) {
    const longer = line ? line + gap + part : part;
    if (line && wide(longer) > width) {
      lines.push(line);
      line = part;
    } else line = longer;
  }
  if (line) lines.push(line);
  // "化成与老|化": a single character left over looks like a mistake
  const last = lines[lines.length - 1];
  if (isChinese && lines.length === 2 && last && last.length === 1) {
    const half = Math.ceil(name.length / 2);
    return [name.slice(0, half), name.slice(half)];
  }
  return lines;
}
