/** What a golden case cannot show of remembered SYNs: the bound, the copy, what is not remembered (RFC 5382 §4.3). */
import { test } from "tap";
import {
  MAX_UNSOLICITED_SYNS,
  SYN_SILENCE_MS,
  UnsolicitedSyns,
} from "../../../src/pipeline/unsolicited-syns.js";
import { readOffload } from "../../../src/translate/offload.js";
import { Packet } from "../../../src/translate/packet.js";
import { readIpv4 } from "../../../src/translate/read-ipv4.js";
import { fragments } from "../../support/fragments.js";
import { type Offloaded, VIRTIO_LEN, withPartialChecksum } from "../../support/offload.js";
import { ipv4, pattern, TCP, tcp, udp } from "../../support/packet-builder.js";

const ENDS = { src: "198.51.100.9", dst: "192.0.2.18" };
const REMOTE = 0xc6336409 | 0;
const FIRST_PORT = 1232;

function syn(dport = FIRST_PORT, data = 0): Uint8Array {
  return ipv4(ENDS, tcp({ sport: 40000, dport, flags: TCP.syn, data: pattern(data) }));
}

/** Remembers a packet as if NAT44 had refused it. */
function remember(syns: UnsolicitedSyns, input: Offloaded | Uint8Array, nowMs = 0): void {
  const { bytes, virtio } =
    input instanceof Uint8Array ? { bytes: input, virtio: new Uint8Array(VIRTIO_LEN) } : input;
  const memory = new Uint8Array(VIRTIO_LEN + bytes.length);
  memory.set(virtio);
  memory.set(bytes, VIRTIO_LEN);
  const frame = new DataView(memory.buffer);
  const packet = new Packet();
  const refused =
    readIpv4(frame, VIRTIO_LEN, memory.length, packet) || readOffload(frame, VIRTIO_LEN, packet);
  if (refused < 0) throw new Error(`refused: ${refused}`);
  syns.remember(frame, packet, REMOTE, packet.sourcePort, nowMs);
}

function due(syns: UnsolicitedSyns, nowMs: number): Uint8Array[] {
  const packets: Uint8Array[] = [];
  for (let entry = syns.takeDue(nowMs); entry >= 0; entry = syns.takeDue(nowMs)) {
    packets.push(new Uint8Array(syns.frames[entry]!.buffer, 0, syns.end(entry)).slice());
  }
  return packets;
}

test("each SYN is due once, six seconds after it came, as it came", async (t) => {
  const syns = new UnsolicitedSyns(4);
  t.ok(syns.isEmpty);
  remember(syns, syn());
  remember(syns, syn(FIRST_PORT + 1), 1000);
  remember(syns, syn(), 3000);
  t.notOk(syns.isEmpty);
  t.same(due(syns, SYN_SILENCE_MS - 1), []);
  t.same(due(syns, SYN_SILENCE_MS), [syn()]);
  t.same(due(syns, SYN_SILENCE_MS + 1000), [syn(FIRST_PORT + 1)]);
  t.ok(syns.isEmpty);
  t.same(due(syns, 60_000), []);
});

test("a full table takes no more until one is due", async (t) => {
  const syns = new UnsolicitedSyns(MAX_UNSOLICITED_SYNS);
  for (let i = 0; i < 1000; i++) remember(syns, syn(FIRST_PORT + i));
  t.equal(due(syns, SYN_SILENCE_MS).length, MAX_UNSOLICITED_SYNS);
  remember(syns, syn(9), SYN_SILENCE_MS);
  t.same(due(syns, 2 * SYN_SILENCE_MS), [syn(9)]);
});

test("with no room at all nothing is remembered", async (t) => {
  const syns = new UnsolicitedSyns(0);
  remember(syns, syn());
  t.ok(syns.isEmpty);
  t.same(due(syns, 60_000), []);
});

test("only the connection that is meant is forgotten", async (t) => {
  const syns = new UnsolicitedSyns(4);
  remember(syns, syn());
  syns.forget(FIRST_PORT + 1, REMOTE, 40000);
  syns.forget(FIRST_PORT, REMOTE + 1, 40000);
  syns.forget(FIRST_PORT, REMOTE, 40001);
  t.notOk(syns.isEmpty);
  syns.forget(FIRST_PORT, REMOTE, 40000);
  t.ok(syns.isEmpty);
  syns.forget(FIRST_PORT, REMOTE, 40000);
  t.ok(syns.isEmpty, "once");
});

test("a checksum that was left to the device is complete in the copy", async (t) => {
  const syns = new UnsolicitedSyns(4);
  remember(syns, withPartialChecksum(syn(FIRST_PORT, 33)));
  t.same(due(syns, SYN_SILENCE_MS), [syn(FIRST_PORT, 33)]);
});

const others: { name: string; packet: Uint8Array }[] = [
  { name: "SYN+ACK", packet: ipv4(ENDS, tcp({ sport: 1, dport: 2, flags: TCP.syn | TCP.ack })) },
  { name: "SYN+RST", packet: ipv4(ENDS, tcp({ sport: 1, dport: 2, flags: TCP.syn | TCP.rst })) },
  { name: "SYN+FIN", packet: ipv4(ENDS, tcp({ sport: 1, dport: 2, flags: TCP.syn | TCP.fin })) },
  { name: "data", packet: ipv4(ENDS, tcp({ sport: 1, dport: 2, data: pattern(9) })) },
  { name: "UDP", packet: ipv4(ENDS, udp({ sport: 1, dport: 2 })) },
  { name: "a SYN longer than any link carries", packet: syn(FIRST_PORT, 1600) },
  {
    name: "a SYN in fragments",
    packet: fragments(
      ipv4({ ...ENDS, df: false }, tcp({ sport: 1, dport: 2, flags: TCP.syn, data: pattern(100) })),
      5,
      [64],
    )[0]!,
  },
];

for (const { name, packet } of others) {
  test(`${name} is not remembered`, async (t) => {
    const syns = new UnsolicitedSyns(4);
    remember(syns, packet);
    t.ok(syns.isEmpty);
  });
}
