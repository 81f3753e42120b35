// A Modbus TCP server by modbus-serial. `node modbus_server.mjs PORT`; commands are JSON lines on stdin:
// {"set": {"holding": {"0": 17}}}, {"illegal": [12]}, {"busy": true}.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const require = createRequire(pathToFileURL(process.env.PEERS + "/"));
const { ServerTCP } = require("modbus-serial");

const tables = { holding: {}, input: {}, coil: {}, discrete: {} };
let illegal = new Set();
let busy = false;

function read(table, address) {
  if (busy) throw { modbusErrorCode: 6 };
  if (illegal.has(address)) throw { modbusErrorCode: 2 };
  return tables[table][address] ?? 0;
}

const server = new ServerTCP(
  {
    getHoldingRegister: (address) => read("holding", address),
    getInputRegister: (address) => read("input", address),
    getCoil: (address) => Boolean(read("coil", address)),
    getDiscreteInput: (address) => Boolean(read("discrete", address)),
  },
  { host: "127.0.0.1", port: Number(process.argv[2]), unitID: 1 },
);
server.on("initialized", () => console.log("ready"));
server.on("socketError", () => {});
server.on("serverError", (error) => {
  console.log("failed " + error);
  process.exit(1);
});

createInterface({ input: process.stdin })
  .on("line", (line) => {
    const command = JSON.parse(line);
    for (const [table, values] of Object.entries(command.set ?? {})) Object.assign(tables[table], values);
    if (command.illegal) illegal = new Set(command.illegal);
    if ("busy" in command) busy = command.busy;
    console.log("done");
  })
  .on("close", () => process.exit(0));
