import "./sandboxed.js";

import { type Test, test } from "tap";
import type { DomainCounters } from "../../daemon/runtime/status.js";
import type { Daemon } from "../../lab/daemons.js";
import { ECHO_PORT, LAB_MODES, LAN_HOST, SERVER, SHARED_IPV4 } from "../../lab/plan.js";
import { bringUp } from "../../lab/round.js";
import { fragment } from "../support/fragments.js";
import { ipv4, pattern, udp } from "../support/packet-builder.js";
import { Endpoint } from "./endpoint.js";
import { Injector } from "./inject.js";

/** Of the datagram, UDP header and all; a multiple of 8. */
const PIECE = 1200;
const UDP_HEADER = 8;
const SIZE = 4000;
const LAN_PORT = 40_000;

type Order = (fragments: readonly Uint8Array[]) => readonly Uint8Array[];

const ORDERS: Readonly<Record<string, Order>> = {
  "in order": (fragments) => fragments,
  reversed: (fragments) => fragments.toReversed(),
  "first one last": ([first, ...rest]) => (first === undefined ? [] : [...rest, first]),
};
const TWICE: Order = (fragments) => fragments.flatMap((one) => [one, one]);

let identification = 1000;

/** A datagram without DF in fragments of PIECE bytes, in order. */
function inFragments(
  ends: { src: string; sport: number; dst: string; dport: number },
  data: Uint8Array,
): Uint8Array[] {
  const { src, dst, sport, dport } = ends;
  const whole = ipv4({ src, dst, df: false }, udp({ sport, dport, data }));
  const len = UDP_HEADER + data.length;
  const id = identification++;
  return Array.from({ length: Math.ceil(len / PIECE) }, (_, i) =>
    fragment(whole, id, { start: i * PIECE, end: Math.min(len, (i + 1) * PIECE) }),
  );
}

/** What the echo service answers behind its line "ADDRESS PORT", and the port. */
function readEcho(hex: string | undefined): { port: number; data: Buffer } {
  const bytes = Buffer.from(hex ?? "", "hex");
  const end = bytes.indexOf("\n");
  const [, port] = bytes.subarray(0, end).toString().split(" ");
  return { port: Number(port), data: bytes.subarray(end + 1) };
}

/** What a daemon dropped but the kernels' multicast, and the fragments that it still holds. */
async function leftOver(daemon: Daemon): Promise<object> {
  const [domain] = (await daemon.counters()).domains as readonly DomainCounters[];
  const drops = Object.entries(domain?.drops ?? {}).filter(
    ([reason, { ipv4, ipv6 }]) => ipv4 + ipv6 > 0 && reason !== "martian_ipv6_source",
  );
  return { drops, held: domain?.counters.held_fragments };
}

for (const mode of LAB_MODES) {
  const { topology, daemons, down } = await bringUp(mode);
  const lan = await Endpoint.start(topology, "lan1", LAN_PORT);
  const [lanInjector, serverInjector] = [
    await Injector.start(topology, "lan1"),
    await Injector.start(topology, "srv"),
  ];
  const timeout = { timeout: 60_000 };

  const nothingLeft = async (t: Test): Promise<void> => {
    for (const daemon of [daemons.ce1, daemons.br]) {
      t.same(await leftOver(daemon), { drops: [], held: 0 }, `nothing is left on ${daemon.name}`);
    }
  };

  const echoed = async (data: Uint8Array): Promise<Buffer | null> => {
    lan.send(SERVER, ECHO_PORT, data);
    const arrived = await lan.next(1000);
    return arrived === null ? null : readEcho(arrived.hex).data;
  };

  await test(`${mode}: large datagrams both ways, cut by the kernels`, timeout, async (t) => {
    for (const size of [1432, 1433, 1452, 1453, 1473, SIZE, 20_000, 60_000]) {
      const data = pattern(size, size);
      // Linux sends with DF what fits its own link: the first of a size may only teach it the path's MTU.
      const echo = (await echoed(data)) ?? (await echoed(data)) ?? (await echoed(data));
      t.ok(echo?.equals(data), `${size} bytes came back, ${echo?.length}`);
    }
    await nothingLeft(t);
  });

  const toServer = async (t: Test, order: Order): Promise<void> => {
    const data = pattern(SIZE, 7);
    const ends = { src: LAN_HOST, sport: LAN_PORT, dst: SERVER, dport: ECHO_PORT };
    await lanInjector.send(order(inFragments(ends, data)));
    const echo = readEcho((await lan.next())?.hex);
    t.ok(echo.data.equals(data), `${echo.data.length} bytes came back`);
  };

  const fromServer = async (t: Test, order: Order): Promise<void> => {
    lan.send(SERVER, ECHO_PORT, pattern(1));
    const { port } = readEcho((await lan.next())?.hex);
    const data = pattern(SIZE, 9);
    const ends = { src: SERVER, sport: ECHO_PORT, dst: SHARED_IPV4, dport: port };
    await serverInjector.send(order(inFragments(ends, data)));
    const hex = Buffer.from(data).toString("hex");
    t.same(await lan.next(), { from: SERVER, port: ECHO_PORT, hex });
  };

  for (const [name, order] of Object.entries(ORDERS)) {
    await test(`${mode}: fragments ${name}`, timeout, async (t) => {
      await toServer(t, order);
      await fromServer(t, order);
      await nothingLeft(t);
    });
  }

  await test(`${mode}: fragments each sent twice arrive once`, timeout, async (t) => {
    await toServer(t, TWICE);
    await fromServer(t, TWICE);
    t.equal(await lan.next(300), null, "no second datagram");
    // The second copy of the last one comes after the datagram, and waits for another under its identification.
    const left = { drops: [["fragment_duplicate", { ipv4: 3, ipv6: 0 }]], held: 1 };
    for (const daemon of [daemons.ce1, daemons.br]) t.same(await leftOver(daemon), left);
  });

  for (const end of [lan, lanInjector, serverInjector]) end.stop();
  await down();
}
