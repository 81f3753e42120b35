import type { Offer } from "./types";

/** An application half filled in. */
export interface Application {
  zone: string;
  title: string;
  answers: Record<string, unknown>;
}

/** The application as the API takes it; a flow without a form first begins without answers. */
export function startBody(offer: Offer, application: Application): Record<string, unknown> {
  return {
    flow: offer.flow, version: offer.version, zones: [application.zone], title: application.title.trim(),
    ...(offer.first ? { answers: application.answers } : {}),
  };
}
