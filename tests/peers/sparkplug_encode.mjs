// Encodes the Sparkplug payloads of a JSON list on standard input with sparkplug-payload; prints them in base64.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const sparkplug = createRequire(process.env.PEERS + "/")("sparkplug-payload");
const spb = sparkplug.get("spBv1.0");
const payloads = JSON.parse(readFileSync(0, "utf8"));
console.log(JSON.stringify(payloads.map((payload) => Buffer.from(spb.encodePayload(payload)).toString("base64"))));
