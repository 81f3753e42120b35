// An OPC UA server by node-opcua. `node opcua_server.mjs PORT FOLDER`; commands are JSON lines on stdin:
// {"set": {"gas": 12.5}}, {"bad": "gas"}, {"nan": "gas"}, {"stamp": ["gas", 3.0, "2026-01-01T00:00:00Z"]}.
// User "operator" has the password "right"; FOLDER holds its certificates, so a new folder is a new server.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const require = createRequire(pathToFileURL(process.env.PEERS + "/"));
const {
  OPCUAServer,
  OPCUACertificateManager,
  MessageSecurityMode,
  SecurityPolicy,
  StatusCodes,
  DataType,
} = require("node-opcua");

const [port, folder] = [Number(process.argv[2]), process.argv[3]];
const certificates = new OPCUACertificateManager({
  automaticallyAcceptUnknownCertificate: true,
  rootFolder: folder,
});
await certificates.initialize();

const server = new OPCUAServer({
  port,
  hostname: "127.0.0.1",
  alternateHostname: ["127.0.0.1", "localhost"],
  serverCertificateManager: certificates,
  userCertificateManager: certificates,
  securityModes: [MessageSecurityMode.None, MessageSecurityMode.Sign, MessageSecurityMode.SignAndEncrypt],
  securityPolicies: [SecurityPolicy.None, SecurityPolicy.Basic256Sha256],
  allowAnonymous: true,
  userManager: { isValidUser: (user, password) => user === "operator" && password === "right" },
  isAuditing: false,
});
await server.initialize();

const space = server.engine.addressSpace;
const own = space.getOwnNamespace();
const plant = own.addFolder(space.rootFolder.objects, { browseName: "plant" });
const nodes = {};
for (const [name, dataType, value] of [
  ["gas", DataType.Double, 1.5],
  ["fan", DataType.Boolean, true],
  ["level", DataType.Int32, -7],
  ["door", DataType.String, "closed"],
]) {
  nodes[name] = own.addVariable({ componentOf: plant, nodeId: `s=${name}`, browseName: name, dataType });
  nodes[name].setValueFromSource({ dataType, value });
}

await server.start();
console.log("ready");

const typed = (name, value) => ({ dataType: nodes[name].readValue().value.dataType, value });

createInterface({ input: process.stdin })
  .on("line", (line) => {
    const command = JSON.parse(line);
    for (const [name, value] of Object.entries(command.set ?? {})) nodes[name].setValueFromSource(typed(name, value));
    if (command.bad)
      nodes[command.bad].setValueFromSource(typed(command.bad, 99), StatusCodes.BadSensorFailure);
    if (command.uncertain)
      nodes[command.uncertain].setValueFromSource(typed(command.uncertain, 5), StatusCodes.UncertainLastUsableValue);
    if (command.nan) nodes[command.nan].setValueFromSource(typed(command.nan, NaN));
    if (command.stamp) {
      const [name, value, time] = command.stamp;
      nodes[name].setValueFromSource(typed(name, value), StatusCodes.Good, new Date(time));
    }
    console.log("done");
  })
  .on("close", () => process.exit(0));
