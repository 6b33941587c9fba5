/* PCP and what may happen to a daemon: a taken port, a worker that dies, a restart. */
import "./sandboxed.js";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { pino } from "pino";
import { type Test, test } from "tap";
import { parseConfig } from "../../daemon/config/load.js";
import { loadNativeTun } from "../../daemon/native-loader.js";
import { Domain } from "../../daemon/runtime/domain.js";
import type { SavedNat44 } from "../../daemon/runtime/worker-handle.js";
import { announceRequest, mapRequest, type PcpAnswer, readAnswer } from "../support/pcp-client.js";
import {
  CE_T,
  ConfigFile,
  DaemonProcess,
  deviceExists,
  ip,
  mapdCommand,
  prepareHost,
  RULES,
  until,
} from "./daemon-under-test.js";
import { reload, reloadInVain, started } from "./reload.js";

const [HOST, GATEWAY, PORT] = ["192.168.1.10", "192.168.1.1", 5351];
const [MINE, OTHER] = ["aa".repeat(12), "bb".repeat(12)];
const WITH_PCP = `${CE_T}    nat44: { pcp: { enabled: true } }\n`;
const MAP = { client: HOST, lifetime: 3600, nonce: MINE, protocol: 6, port: 5000 };
const TAKEN = "cannot answer PCP on 0.0.0.0, UDP port 5351: another program listens there";

prepareHost();
// Host and gateway are the sandbox itself.
for (const address of [HOST, GATEWAY]) ip(`address add ${address}/32 dev lo`);

async function bound(port: number, address: string): Promise<Socket> {
  const socket = createSocket("udp4");
  socket.bind(port, address);
  await once(socket, "listening");
  return socket;
}

async function closed(socket: Socket): Promise<void> {
  const done = once(socket, "close");
  socket.close();
  await done;
}

type Ask = (request: Uint8Array) => Promise<PcpAnswer>;

async function client(t: Test): Promise<Ask> {
  const socket = await bound(0, HOST);
  t.teardown(() => closed(socket));
  return async (request) => {
    const answered = once(socket, "message", { signal: AbortSignal.timeout(5000) });
    socket.send(request, PORT, GATEWAY);
    const [bytes]: unknown[] = await answered;
    if (!(bytes instanceof Uint8Array)) throw new Error("no bytes");
    return readAnswer(bytes);
  };
}

async function startDomain(t: Test, inherited: SavedNat44 | null = null): Promise<Domain> {
  const checked = parseConfig(`${RULES}\ndomains:${WITH_PCP}`);
  const config = checked.ok ? checked.value.domains[0] : undefined;
  if (config === undefined) throw new Error(JSON.stringify(checked.diagnostics));
  const domain = new Domain(config, loadNativeTun(), pino({ level: "silent" }), inherited);
  await domain.start();
  t.teardown(() => domain.stop());
  return domain;
}

/** Kills the worker and looks after it until it is back. */
async function killWorker(domain: Domain): Promise<void> {
  const [worker] = domain.workers;
  await worker?.kill();
  await until(
    () => worker?.alive === true,
    () => "the worker to run again",
  );
  domain.check();
}

/** Waits until the epoch is at least so many seconds old. */
async function epochFrom(ask: Ask, seconds: number): Promise<void> {
  await until(
    async () => (await ask(announceRequest(HOST))).epoch >= seconds,
    () => `epoch ${seconds}`,
  );
}

test("a port that is taken is named at the start, and nothing is left behind", async (t) => {
  const squatter = await bound(PORT, "0.0.0.0");
  t.teardown(() => closed(squatter));
  const file = new ConfigFile(t);
  file.write([WITH_PCP], 9464);
  const daemon = new DaemonProcess(t, mapdCommand(file));
  t.same(await daemon.ended, { status: 1, signal: null });
  t.match(daemon.log, TAKEN);
  t.notOk(deviceExists("mapt1"));
});

test("a reload that needs a taken port is refused, one that frees it is taken", async (t) => {
  const setup = await started(t, CE_T);
  const squatter = await bound(PORT, "0.0.0.0");
  await reloadInVain(setup, WITH_PCP);
  t.match(setup.daemon.log, TAKEN);
  const listen = (address: string): string =>
    WITH_PCP.replace("enabled: true", `enabled: true, listen: [${address}]`);
  await closed(squatter);
  await reload(setup, listen(GATEWAY));
  const ask = await client(t);
  t.match(await ask(announceRequest(HOST)), { opcode: 0, result: 0 });
  await reloadInVain(setup, listen("192.168.1.77"));
  t.match(setup.daemon.log, "the address is on no device of this host");
  t.match(await ask(announceRequest(HOST)), { opcode: 0, result: 0 }, "as before");
});

test("a worker that dies with its mappings: clients see the epoch begin anew", async (t) => {
  const domain = await startDomain(t);
  const ask = await client(t);
  const { externalPort } = await ask(mapRequest(MAP));
  await epochFrom(ask, 2);
  await killWorker(domain);
  await until(
    async () => (await ask(announceRequest(HOST))).epoch < 2,
    () => "another epoch",
  );
  const again = await ask(mapRequest({ ...MAP, nonce: OTHER, suggestedPort: externalPort }));
  t.match(again, { result: 0, externalPort, nonce: OTHER }, "and get the same port again");
});

test("a worker that dies after its state was saved: nothing happened", async (t) => {
  const domain = await startDomain(t);
  const ask = await client(t);
  const { externalPort } = await ask(mapRequest(MAP));
  await epochFrom(ask, 2);
  await domain.saveNat44();
  await killWorker(domain);
  t.match(await ask(mapRequest({ ...MAP, nonce: OTHER })), { result: 2 });
  const renewed = await ask(mapRequest(MAP));
  t.match(renewed, { result: 0, externalPort });
  t.ok(renewed.epoch >= 2, "the epoch goes on");
});

test("a restart keeps the mappings, and their host renews them in a new epoch", async (t) => {
  const first = await startDomain(t);
  const ask = await client(t);
  const { externalPort } = await ask(mapRequest(MAP));
  await epochFrom(ask, 2);
  await first.saveNat44();
  await first.stop();
  const second = await startDomain(t, first.savedNat44);
  const [row] = await second.askNat44<"mappings">({ kind: "mappings" });
  t.match(row, { insidePort: 5000, externalPort, origin: "pcp" });
  const renewed = await ask(mapRequest({ ...MAP, nonce: OTHER }));
  t.match(renewed, { result: 0, externalPort });
  t.ok(renewed.epoch < 2, "which tells the client to renew");
  t.match(await ask(mapRequest(MAP)), { result: 2 }, "now it is that nonce's");
});
