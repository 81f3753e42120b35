import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { live } from "../../app/live";
import "../../app/theme.css";
import { kept } from "./kept";
import { outbox } from "./outbox";
import { Phone } from "./Phone";
import { startWorker } from "./update";

void kept.start();
live.start();
outbox.start();
void startWorker();
createRoot(document.getElementById("root")!).render(
  <StrictMode>
    <Phone />
  </StrictMode>,
);
