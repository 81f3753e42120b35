import { useSay } from "../../../app/language";
import { clauseId, type ClauseBook } from "../clauses";
import { useDesk } from "../desk";
import { editorTexts } from "../editorTexts";
import { Pick } from "../Pick";
import type { Clause } from "../types";

/** A clause by number; what it asks shows when one hovers or focuses it. */
export function ClauseTag({ clause, book }: { clause: Clause; book: ClauseBook }) {
  const t = useSay();
  const known = book.get(clauseId(clause));
  const asks = known ? t(known.text) : t(editorTexts.clauseUnknown);
  return (
    <span className="tag clause" tabIndex={0}>
      {t(editorTexts.clauseOf, { standard: clause.standard, number: clause.number })}
      {known?.unverified && <span className="unverified"> · {t(editorTexts.clauseUnverified)}</span>}
      <span className="clause-asks" role="tooltip">{asks}</span>
    </span>
  );
}

function options(book: ClauseBook, say: ReturnType<typeof useSay>) {
  return [...book.values()].map((one) => ({ value: clauseId(one), label: `${clauseId(one)} · ${say(one.text)}` }));
}

function clauseOf(book: ClauseBook, id: string): Clause | undefined {
  const found = book.get(id);
  return found && { standard: found.standard, number: found.number };
}

/** One clause, or none. */
export function ClausePick({ value, onChange }: { value: Clause | undefined; onChange: (clause: Clause | undefined) => void }) {
  const t = useSay();
  const { clauses } = useDesk();
  return <Pick label={t(editorTexts.clause)} value={value && clauseId(value)} none={t(editorTexts.noClause)} options={options(clauses, t)} onChange={(id) => onChange(clauseOf(clauses, id))} />;
}

/** The clauses that a whole step is there for. */
export function ClauseList({ value, onChange }: { value: Clause[]; onChange: (clauses: Clause[]) => void }) {
  const t = useSay();
  const { clauses } = useDesk();
  const taken = new Set(value.map(clauseId));
  const left = options(clauses, t).filter((one) => !taken.has(one.value));
  return (
    <div className="labelled" role="group" aria-label={t(editorTexts.clauses)}>
      <span className="label">{t(editorTexts.clauses)}</span>
      <div className="clause-list">
        {value.map((clause) => (
          <span key={clauseId(clause)} className="clause-one">
            <ClauseTag clause={clause} book={clauses} />
            <button type="button" className="tool" aria-label={t(editorTexts.remove, { name: clauseId(clause) })} onClick={() => onChange(value.filter((one) => one !== clause))}>✕</button>
          </span>
        ))}
        {clauses.size === 0 ? (
          <span className="muted">{t(editorTexts.noClauses)}</span>
        ) : (
          <Pick
            label={t(editorTexts.addClause)} value="" none={`+ ${t(editorTexts.addClause)}`} options={left}
            onChange={(id) => {
              const found = clauseOf(clauses, id);
              if (found) onChange([...value, found]);
            }}
          />
        )}
      </div>
      <span className="muted help">{t(editorTexts.clausesWhat)}</span>
    </div>
  );
}
