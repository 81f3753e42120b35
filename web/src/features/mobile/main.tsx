import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { live } from "../../app/live";
import "../../app/theme.css";
import { kept } from "./kept";
import { outbox } from "./outbox";
import { startSession } from "./person";
import { Phone } from "./Phone";
import { startWorker } from "./update";

live.plantOnly = true;
void kept.start();
outbox.start();
startSession();
void startWorker();
createRoot(document.getElementById("root")!).render(
  <StrictMode>
    <Phone />
  </StrictMode>,
);
