import { useEffect, useRef, useState } from "react";
import { useSay } from "../../app/language";
import { phoneTexts } from "./texts";

const LOOK_EVERY_MS = 220;
const WIDTH = 480; // enough for a code held at arm's length, little enough for an old phone

type Reader = (canvas: HTMLCanvasElement) => Promise<string | null>;

interface Detector {
  detect(source: HTMLCanvasElement): Promise<{ rawValue: string }[]>;
}

/** The browser's own reader where it has one (Android), else jsQR, fetched only then. */
async function makeReader(): Promise<Reader> {
  const Own = (window as unknown as { BarcodeDetector?: { new (how: object): Detector; getSupportedFormats(): Promise<string[]> } }).BarcodeDetector;
  if (Own && (await Own.getSupportedFormats().catch(() => [] as string[])).includes("qr_code")) {
    const detector = new Own({ formats: ["qr_code"] });
    return async (canvas) => (await detector.detect(canvas).catch(() => []))[0]?.rawValue ?? null;
  }
  const { default: jsQR } = await import("jsqr");
  return async (canvas) => {
    const pixels = canvas.getContext("2d", { willReadFrequently: true })!.getImageData(0, 0, canvas.width, canvas.height);
    return jsQR(pixels.data, pixels.width, pixels.height, { inversionAttempts: "dontInvert" })?.data ?? null;
  };
}

/** Looks through the camera until a code is seen; the caller decides whether it is one of ours. */
export function Camera({ onCode, onFail }: { onCode: (text: string) => void; onFail: (why: string) => void }) {
  const t = useSay();
  const video = useRef<HTMLVideoElement>(null);
  const [isOn, setOn] = useState(false);
  const told = useRef({ onCode, onFail });
  told.current = { onCode, onFail };
  useEffect(() => {
    let stream: MediaStream | null = null;
    let timer = 0;
    let gone = false;
    const canvas = document.createElement("canvas");
    const start = async () => {
      if (!navigator.mediaDevices?.getUserMedia) throw new Error(t(phoneTexts.noCameraHere));
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" }, audio: false });
      if (gone) return stop();
      const picture = video.current!;
      picture.srcObject = stream;
      await picture.play();
      setOn(true);
      const read = await makeReader();
      const look = async () => {
        if (gone) return;
        if (picture.videoWidth > 0) {
          canvas.width = WIDTH;
          canvas.height = Math.round((WIDTH * picture.videoHeight) / picture.videoWidth);
          canvas.getContext("2d", { willReadFrequently: true })!.drawImage(picture, 0, 0, canvas.width, canvas.height);
          const text = await read(canvas);
          if (text && !gone) told.current.onCode(text);
        }
        timer = window.setTimeout(() => void look(), LOOK_EVERY_MS);
      };
      void look();
    };
    const stop = () => stream?.getTracks().forEach((track) => track.stop());
    start().catch((error: unknown) => {
      if (gone) return;
      const denied = error instanceof DOMException && error.name === "NotAllowedError";
      told.current.onFail(denied ? t(phoneTexts.denied) : error instanceof Error ? error.message : String(error));
    });
    return () => {
      gone = true;
      window.clearTimeout(timer);
      stop();
    };
  }, []);
  return <video ref={video} className={isOn ? "m-camera on" : "m-camera"} muted playsInline aria-label={t(phoneTexts.scanHow)} />;
}
