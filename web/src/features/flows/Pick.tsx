import { Select } from "antd";
import { useSay } from "../../app/language";
import { editorTexts } from "./editorTexts";

export interface Option {
  value: string;
  label: string;
}

/** One of several; more than a handful can be searched. Opens inside its dialog, where it is in one. */
export function Pick(props: { label: string; value: string | undefined; options: Option[]; onChange: (value: string) => void; none?: string; disabled?: boolean }) {
  const { label, value, options, onChange, none, disabled } = props;
  const t = useSay();
  const all = none === undefined ? options : [{ value: "", label: none }, ...options];
  const known = all.some((one) => one.value === (value ?? ""));
  // A value that is no longer offered stays visible: nothing is changed by being looked at.
  const shown = known || !value ? all : [...all, { value, label: value }];
  return (
    <Select
      className="pick" aria-label={label} value={value || (none === undefined ? undefined : "")} disabled={disabled}
      placeholder={t(editorTexts.choose)} options={shown} onChange={(next: string) => onChange(next ?? "")}
      showSearch={shown.length > 12 ? { optionFilterProp: "label" } : false} popupMatchSelectWidth={false} listHeight={320}
      getPopupContainer={(trigger: HTMLElement) => trigger.closest("dialog") ?? document.body}
    />
  );
}

/** A few choices side by side, one pressed. */
export function Choices<T extends string>(props: { label: string; value: T | undefined; options: { value: T; label: string }[]; onChange: (value: T) => void }) {
  const { label, value, options, onChange } = props;
  return (
    <div className="flow-choices" role="group" aria-label={label}>
      {options.map((one) => (
        <button key={one.value} type="button" className="button" aria-pressed={one.value === value} onClick={() => onChange(one.value)}>
          {one.label}
        </button>
      ))}
    </div>
  );
}
