// The codes that hang at the place (work/codes.py). Pure.

export interface Code {
  kind: "zone" | "point";
  id: string;
}

const ID = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;

/** What a scanned or typed text names: `fangwei:point/<id>`, `fangwei:zone/<id>`, or an id alone, which may be either
 * (`guess` decides). null: not one of ours. */
export function parseCode(text: string, guess: (id: string) => Code["kind"]): Code | null {
  const bare = text.trim();
  const match = /^fangwei:(zone|point)\/(.+)$/i.exec(bare);
  if (match) return ID.test(match[2]!) ? { kind: match[1]!.toLowerCase() as Code["kind"], id: match[2]! } : null;
  return ID.test(bare) ? { kind: guess(bare), id: bare } : null;
}

export function placePath(code: Code): string {
  return `/m/place/${code.kind}/${encodeURIComponent(code.id)}`;
}
