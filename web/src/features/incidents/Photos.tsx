import { useRef, useState } from "react";
import { ApiProblem, command, commandId } from "../../api/client";
import type { Page, Photo, Problem, Text } from "../../api/types";
import { useAsk } from "../../app/ask";
import { useSay } from "../../app/language";
import { useMe } from "../../app/me";
import { useSite } from "../../app/site";
import { Failed } from "../../parts/states";
import { When } from "../../parts/when";
import { shrunk } from "./shrink";
import { incidentTexts } from "./texts";

const FAULT: Text = { zh: "照片没有送达，请检查网络后重试", en: "The photo was not sent; check the network and try again" };

/** Photos of the place: taken with the phone's camera or chosen, each with a caption; erased with a reason. */
export function Photos({ incident, round, after }: { incident: string; round: number; after: () => void }) {
  const t = useSay();
  const { me, may } = useMe();
  const asked = useAsk<Page<Photo>>(`/incidents/${encodeURIComponent(incident)}/photos?limit=500&round=${round}`);
  const photos = asked.data?.items ?? [];
  const again = () => {
    asked.again();
    after();
  };
  return (
    <section className="panel photos">
      <header>
        <h2>{t(incidentTexts.photos)}</h2>
        <span className="muted">{photos.filter((p) => !p.erased).length || ""}</span>
      </header>
      {asked.error && !asked.data ? <Failed error={asked.error} retry={asked.again} /> : null}
      {photos.length > 0 && (
        <ul>
          {photos.map((p) => (
            <Shown key={p.id} photo={p} mine={p.by === me?.id} any={may("incidents.erase_photo")} after={again} />
          ))}
        </ul>
      )}
      {may("incidents.photo") && <Add incident={incident} after={again} />}
      {photos.length === 0 && !may("incidents.photo") && <p className="state">{t(incidentTexts.noPhotos)}</p>}
    </section>
  );
}

function Add({ incident, after }: { incident: string; after: () => void }) {
  const t = useSay();
  const input = useRef<HTMLInputElement>(null);
  const [file, setFile] = useState<File | null>(null);
  const [text, setText] = useState("");
  const [place, setPlace] = useState(false);
  const [state, setState] = useState<"idle" | "sending" | "done">("idle");
  const [problem, setProblem] = useState<Text | null>(null);
  // One id for one photo: sent again after a lost answer it is still one photo.
  const id = useRef(commandId());
  const send = async () => {
    if (!file) return;
    setState("sending");
    setProblem(null);
    try {
      await upload(incident, await shrunk(file), { id: id.current, text: text.trim(), keep_place: String(place) });
      id.current = commandId();
      setFile(null);
      setText("");
      setState("done");
      if (input.current) input.current.value = "";
      after();
    } catch (error) {
      setState("idle");
      setProblem(error instanceof ApiProblem ? error.text : FAULT);
    }
  };
  return (
    <form
      className="photo-form"
      onSubmit={(e) => {
        e.preventDefault();
        void send();
      }}
    >
      <label className="button">
        {file ? file.name : t(incidentTexts.takePhoto)}
        <input
          ref={input} type="file" accept="image/jpeg,image/png,image/webp,image/*" capture="environment" className="sr"
          onChange={(e) => {
            setFile(e.target.files?.[0] ?? null);
            setState("idle");
            setProblem(null);
          }}
        />
      </label>
      {file && (
        <>
          <input className="field" value={text} maxLength={500} onChange={(e) => setText(e.target.value)} placeholder={t(incidentTexts.caption)} aria-label={t(incidentTexts.caption)} />
          <label className="check">
            <input type="checkbox" checked={place} onChange={(e) => setPlace(e.target.checked)} /> {t(incidentTexts.keepPlace)}
          </label>
          <button className="button main" disabled={state === "sending"}>{t(state === "sending" ? incidentTexts.sending : incidentTexts.sendPhoto)}</button>
        </>
      )}
      <span role="status" className="soft">{state === "done" ? t(incidentTexts.photoDone) : ""}</span>
      {problem && <p role="alert" className="fault">{t(incidentTexts.notSent)}: {t(problem)}</p>}
    </form>
  );
}

/** Times in words would be too long here: the pictures carry them. */
function Shown({ photo, mine, any, after }: { photo: Photo; mine: boolean; any: boolean; after: () => void }) {
  const t = useSay();
  const { people } = useSite();
  const [asking, setAsking] = useState(false);
  const [why, setWhy] = useState("");
  const [problem, setProblem] = useState<Text | null>(null);
  const who = (id: string | null) => t(people.get(id ?? "")?.name ?? { zh: id ?? "", en: id ?? "" });
  const address = `/api/incidents/${encodeURIComponent(photo.incident)}/photos/${encodeURIComponent(photo.id)}`;
  const erase = async () => {
    try {
      await command(`${address.slice(4)}/erase`, { text: why.trim() });
      setAsking(false);
      after();
    } catch (error) {
      setProblem(error instanceof ApiProblem ? error.text : FAULT);
    }
  };
  return (
    <li>
      {photo.erased ? (
        <p className="erased">{t(incidentTexts.photoErased, { who: who(photo.erased_by), why: photo.erased_why ?? "" })}</p>
      ) : (
        <a href={address} target="_blank" rel="noreferrer">
          <img src={`${address}?small=true`} alt={photo.text || t(incidentTexts.photo)} loading="lazy" width={photo.width} height={photo.height} />
        </a>
      )}
      {photo.text && <p>{photo.text}</p>}
      <p className="muted">
        {who(photo.by)} · <When ns={photo.time} short />
        {photo.latitude != null && photo.longitude != null && ` · ${photo.latitude.toFixed(5)}, ${photo.longitude.toFixed(5)}`}
      </p>
      {!photo.erased && (mine || any) && !asking && (
        <button className="button quiet" onClick={() => setAsking(true)}>{t(incidentTexts.erase)}</button>
      )}
      {asking && (
        <form
          onSubmit={(e) => {
            e.preventDefault();
            void erase();
          }}
        >
          <input className="field" autoFocus value={why} minLength={2} maxLength={500} onChange={(e) => setWhy(e.target.value)} placeholder={t(incidentTexts.eraseWhy)} aria-label={t(incidentTexts.eraseWhy)} />
          <button className="button" disabled={why.trim().length < 2}>{t(incidentTexts.erase)}</button>
          <button type="button" className="button" onClick={() => setAsking(false)}>{t(incidentTexts.keep)}</button>
        </form>
      )}
      {problem && <p role="alert" className="fault">{t(problem)}</p>}
    </li>
  );
}

async function upload(incident: string, picture: Blob, query: Record<string, string>): Promise<Photo> {
  const response = await fetch(`/api/incidents/${encodeURIComponent(incident)}/photos?${new URLSearchParams(query).toString()}`, {
    method: "POST", body: picture, headers: { "content-type": picture.type || "image/jpeg" }, signal: AbortSignal.timeout(120_000),
  });
  const body = (await response.json()) as unknown;
  if (!response.ok) {
    const problem = body as Problem;
    throw new ApiProblem(problem.text ?? FAULT, problem.code ?? "page.not_json", response.status);
  }
  return body as Photo;
}
