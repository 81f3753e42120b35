import { Form } from "@bpmn-io/form-js-viewer";
import "@bpmn-io/form-js-viewer/dist/assets/form-js.css";
import { useEffect, useRef, useState } from "react";
import { useLanguage, useSay } from "../../app/language";
import { safeForm } from "../flows/formParts";
import { formIn } from "./permit";
import { formProblems, permitTexts } from "./texts";
import type { FormSchema } from "./types";

interface Checks {
  validateField(field: unknown, value: unknown): string[];
  validateFieldInstance(instance: unknown, value: unknown): string[];
}

/** The viewer's own sentences are English; pages are in the person's language. */
function inChinese(form: Form): void {
  const checks = form.get<Checks>("validator");
  const said = (words: string[]) => words.map((word) => {
    for (const [pattern, put] of formProblems) {
      const found = pattern.exec(word);
      if (found) return put(found);
    }
    return word;
  });
  for (const name of ["validateField", "validateFieldInstance"] as const) {
    const own = checks[name].bind(checks);
    checks[name] = (about, value) => said(own(about, value));
  }
}

/** A form of the flow, filled in by a person; `onChange` as they type, so that nothing of it is lost. */
export default function FormView(props: {
  schema: FormSchema;
  start: Record<string, unknown>;
  label: string;
  busy: boolean;
  onChange?: (answers: Record<string, unknown>) => void;
  onSubmit: (answers: Record<string, unknown>) => void;
}) {
  const t = useSay();
  const language = useLanguage();
  const host = useRef<HTMLDivElement>(null);
  const form = useRef<Form | null>(null);
  const [wrong, setWrong] = useState(0);
  const [failed, setFailed] = useState(false);
  const told = useRef(props);
  told.current = props;
  const answers = useRef(props.start);
  const key = JSON.stringify(props.schema);
  useEffect(() => {
    const made = new Form({ container: host.current! });
    form.current = made;
    if (language === "zh") inChinese(made);
    made.on("changed", (event: { data?: Record<string, unknown> }) => {
      answers.current = event.data ?? {};
      told.current.onChange?.(answers.current);
    });
    made.importSchema(formIn(safeForm(JSON.parse(key) as FormSchema), language), answers.current).catch((error: unknown) => {
      console.warn("form", error);
      setFailed(true);
    });
    return () => {
      form.current = null;
      made.destroy();
    };
  }, [key, language]);
  const submit = () => {
    const { data, errors } = form.current!.submit();
    const count = Object.keys(errors).length;
    setWrong(count);
    if (count === 0) return props.onSubmit(data as Record<string, unknown>);
    host.current?.querySelector<HTMLElement>('[aria-invalid="true"], .fjs-has-errors input')?.focus();
  };
  if (failed) return <p role="alert">{t(permitTexts.formFailed)}</p>;
  return (
    <>
      <div ref={host} className="permit-form" />
      {wrong > 0 && <p role="alert">{t(permitTexts.fixForm, { n: wrong })}</p>}
      <button type="button" className="button main permit-main" disabled={props.busy} onClick={submit}>{props.label}</button>
    </>
  );
}
