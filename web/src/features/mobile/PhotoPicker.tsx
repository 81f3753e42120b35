import { useEffect, useMemo, useRef } from "react";
import { useSay } from "../../app/language";
import { shrinkPhoto } from "./photo";
import { phoneTexts } from "./texts";

const MOST = 6;

/** Photos just taken, made small at once; the phone's own camera or gallery. */
export function PhotoPicker({ photos, onChange }: { photos: Blob[]; onChange: (photos: Blob[]) => void }) {
  const t = useSay();
  const input = useRef<HTMLInputElement>(null);
  const addresses = useMemo(() => photos.map((photo) => URL.createObjectURL(photo)), [photos]);
  useEffect(() => () => addresses.forEach((address) => URL.revokeObjectURL(address)), [addresses]);
  const take = async (files: FileList | null) => {
    const small = await Promise.all([...(files ?? [])].slice(0, MOST - photos.length).map(shrinkPhoto));
    onChange([...photos, ...small]);
    if (input.current) input.current.value = "";
  };
  return (
    <div className="m-photos">
      {addresses.map((address, i) => (
        <button key={address} type="button" className="m-photo" aria-label={`${t(phoneTexts.removePhoto)} ${i + 1}`} onClick={() => onChange(photos.filter((_, n) => n !== i))}>
          <img src={address} alt="" />
          <span aria-hidden="true">×</span>
        </button>
      ))}
      {photos.length < MOST && (
        <label className="button m-add">
          {t(phoneTexts.addPhoto)}
          <input ref={input} className="sr" type="file" accept="image/*" capture="environment" multiple onChange={(e) => void take(e.target.files)} />
        </label>
      )}
    </div>
  );
}
