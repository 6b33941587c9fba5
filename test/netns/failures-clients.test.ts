/* What comes from outside the packet path, under traffic: clients of the control socket, a full disk, kill -9. */
import "./sandboxed.js";
import { once } from "node:events";
import { rmSync, writeFileSync } from "node:fs";
import { createConnection, type Socket } from "node:net";
import { type Test, test } from "tap";
import { type Adjust, Daemon } from "../../lab/daemons.js";
import { run, until } from "../../lab/process.js";
import { bringUp } from "../../lab/round.js";
import { Call } from "./call.js";
import { type Outage, outageText, Stream } from "./stream.js";

const timeout = { timeout: 60_000 };
const DISK = "/run/small";
const STATE_FILE = `${DISK}/state`;
const CONNECTIONS = 1_000;
/** Of the contract: a client more is refused. */
const SERVED = 32;

await run(["mkdir", DISK]);
await run(["mount", "-t", "tmpfs", "-o", "size=64k", "none", DISK]);

/** Another configuration with each number. */
const kept =
  (udpTimeout: number): Adjust =>
  (name, planned) => {
    if (name !== "ce1") return planned;
    const nat44 = { timeouts: { udp: udpTimeout } };
    const domains = planned.domains.map((domain) => ({ ...domain, nat44 }));
    return { ...planned, domains, stateFile: STATE_FILE };
  };

const network = await bringUp("map-t", kept(300));
const { topology, daemons } = network;
const stream = await Stream.start(topology, "lan1");
let ce = daemons.ce1;

function tell(t: Test, what: string, outage: Outage): void {
  t.comment(`${what}: ${outageText(outage)}`);
  t.ok(outage.back, "the stream flows again");
}

/** Nobody lost anything by what happened beside the packet path. */
function unharmed(t: Test, what: string, outage: Outage): void {
  tell(t, what, outage);
  t.equal(outage.lost, 0, "no packet lost");
}

async function sample(name: string): Promise<number> {
  const line = (await ce.metrics()).split("\n").find((row) => row.startsWith(`${name} `));
  return Number(line?.split(" ").at(-1));
}

const cutOff = (reason: string): Promise<number> =>
  sample(`mapd_control_connections_cut_off_total{reason="${reason}"}`);

/** A client that is connected; whatever becomes of its connection is no failure of the test. */
async function connected(t: Test): Promise<Socket> {
  const socket = createConnection(ce.socket);
  socket.on("error", () => undefined);
  t.teardown(() => socket.destroy());
  await once(socket, "connect");
  return socket;
}

await test(
  "a full disk: said, counted, nothing else fails, and written again when there is room",
  timeout,
  async (t) => {
    const outage = await stream.during(async () => {
      const filler = `${DISK}/filler`;
      t.throws(() => writeFileSync(filler, Buffer.alloc(1 << 20)), { code: "ENOSPC" });
      await ce.reload(kept(301));
      const failing = async (): Promise<boolean> => (await ce.status()).state?.problem !== null;
      t.ok(await until(failing, 5_000), "the status says so");
      t.equal((await ce.status()).state?.problem, `state file ${STATE_FILE} not written: ENOSPC`);
      t.ok((await sample('mapd_state_file_write_failures_total{reason="no-space"}')) >= 1);
      t.equal(await sample("mapd_state_file_healthy"), 0);
      rmSync(filler);
      await ce.reload(kept(302));
      const healthy = async (): Promise<boolean> => (await sample("mapd_state_file_healthy")) === 1;
      t.ok(await until(healthy, 5_000), "it is written again");
    });
    unharmed(t, "a full disk for the state file", outage);
  },
);

await test("clients that send garbage, or a line without end", timeout, async (t) => {
  const outage = await stream.during(async () => {
    const clients = await Promise.all(Array.from({ length: 8 }, () => connected(t)));
    const closed = clients.map((client) => new Promise((resolve) => client.on("close", resolve)));
    for (const [at, client] of clients.entries()) {
      client.resume();
      client.write(at % 2 === 0 ? "\x00\xff{]\n".repeat(100_000) : "x".repeat(10_000_000));
    }
    await Promise.all(closed);
  });
  unharmed(t, "clients that send garbage", outage);
  t.equal(await cutOff("garbage"), 8);
});

await test(
  "a client that asks and never reads is cut off, and mapd holds nothing for it",
  timeout,
  async (t) => {
    const before = await sample("process_resident_memory_bytes");
    const client = await connected(t);
    const closed = new Promise((resolve) => client.on("close", resolve));
    client.pause();
    const outage = await stream.during(async () => {
      client.write('{"command":"counters"}\n'.repeat(100_000));
      const gone = async (): Promise<boolean> => (await cutOff("unread")) === 1;
      t.ok(await until(gone, 20_000), "it is cut off");
    });
    client.resume();
    await closed;
    unharmed(t, "a client that never reads", outage);
    const grown = (await sample("process_resident_memory_bytes")) - before;
    t.comment(`resident memory: ${Math.round(grown / 1024)} KiB more`);
    t.ok(grown < 32 * 1024 * 1024, `${grown} bytes more`);
  },
);

await test(
  `${CONNECTIONS} connections at once: some are served, the others told, mapctl works after`,
  timeout,
  async (t) => {
    let told = 0;
    const outage = await stream.during(async () => {
      const sockets = Array.from({ length: CONNECTIONS }, () => createConnection(ce.socket));
      for (const socket of sockets) {
        socket.on("error", () => undefined);
        socket.setEncoding("utf8").on("data", (text: string) => {
          if (text.includes('"code":"busy"')) told++;
        });
      }
      const isTold = async (): Promise<boolean> => told >= CONNECTIONS - SERVED;
      t.ok(await until(isTold, 20_000), `${told} are told`);
      for (const socket of sockets) socket.destroy();
    });
    unharmed(t, `${CONNECTIONS} control connections`, outage);
    t.equal(told, CONNECTIONS - SERVED);
    t.equal(await cutOff("too-many"), CONNECTIONS - SERVED);
    t.match(await ce.mapctl("status"), { ready: true });
  },
);

await test(
  "kill -9 of mapd and a start: as long as a start takes, sessions as last saved",
  timeout,
  async (t) => {
    const call = await Call.start(topology, "lan1");
    t.teardown(() => call.stop());
    const said = await call.speak();
    // A reload saves the sessions.
    await ce.reload(kept(303));
    const outage = await stream.during(async () => {
      await ce.stop("SIGKILL");
      ce = await Daemon.start(topology, "ce1", kept(303));
    });
    tell(t, "kill -9 and a start", outage);
    t.same(await call.speak(), said, "the connection goes on through the same ports");
  },
);

await stream.stop();
await ce.stop("SIGKILL");
await network.end();
