import { useAsk } from "../../app/ask";
import { useSay } from "../../app/language";
import { useMe } from "../../app/me";
import { Link } from "../../app/router";
import { ApiProblem } from "../../api/client";
import { Empty, Failed, Loading } from "../../parts/states";
import { Designer } from "./Designer";
import { usePhone } from "./phone";
import { flowTexts } from "./texts";
import type { Draft } from "./types";
import "./flows.css";

/** One flow, at /flows/<id>. */
export default function DesignerPage({ id }: { id: string }) {
  const t = useSay();
  const { may } = useMe();
  const phone = usePhone();
  const asked = useAsk<Draft>(`/flows/${encodeURIComponent(id)}/draft`);
  if (asked.error instanceof ApiProblem && asked.error.status === 404)
    return <Empty title={t(flowTexts.noDraft)}>{t(flowTexts.noDraftHow)} <Link to="/flows">{t(flowTexts.back)}</Link></Empty>;
  if (asked.error && !asked.data) return <Failed error={asked.error} retry={asked.again} />;
  if (!asked.data) return <Loading lines={8} />;
  return (
    <>
      {phone && <p className="read-only">{t(flowTexts.phoneOnly)}</p>}
      <Designer key={asked.data.id} draft={asked.data} mayDraw={may("flows.draw") && !phone} />
    </>
  );
}
