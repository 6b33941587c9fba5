/** A CE that has moved to another address: TCP connections of the former one are reset (RFC 9293 §3.10.7.1), in both modes. */
import { type Test, test } from "tap";
import { seededRandom } from "../../../src/explain/seeded-random.js";
import type { Nat44 } from "../../../src/nat44/nat44.js";
import { createNat44 } from "../../../src/pipeline/create.js";
import { NAT44_ADDRESS_CHANGED } from "../../../src/verdict.js";
import { parseIpv4 } from "../../../src/wire/address.js";
import { settingsOf } from "../../golden/run-case.js";
import * as d from "../../golden/source/domains.js";
import { DomainUnderTest, type Judged } from "../../support/domain-under-test.js";
import { fragments } from "../../support/fragments.js";
import { joined, VIRTIO_LEN, withPartialChecksum } from "../../support/offload.js";
import { ipv4, type Payload, pattern, TCP, tcp, udp } from "../../support/packet-builder.js";
import { packetProblems } from "../../support/packet-check.js";
import { withoutIdentification } from "../../support/without-identification.js";

const NO_VIRTIO = new Uint8Array(VIRTIO_LEN);
const SERVER = d.SERVER_E;
const PORT = 5000;
const SEQ = 0xfffffff0;
const ACK = 0x05060708;
const FORMER_PREFIX = "2001:db8:13:3500::/56";
const MODES = { "MAP-T": d.ceT, "MAP-E": d.ceE };

function address(text: string): number {
  const parsed = parseIpv4(text);
  if (parsed === null) throw new Error(text);
  return parsed;
}

/** NAT44 of the address before, with one connection from port 5000 of the LAN host. */
function former(): Nat44 {
  const settings = settingsOf(d.ceT({ more: { "end-user-ipv6-prefix": FORMER_PREFIX } }));
  if (settings.role !== "ce") throw new Error("no CE");
  const nat44 = createNat44(settings, seededRandom(7));
  if (nat44 === null) throw new Error("no NAT44");
  const [host, server] = [address(d.LAN_HOST), address(SERVER)];
  const external = nat44.outbound(6, host, PORT, server, 80, TCP.syn, 0);
  nat44.inbound(6, external, server, 80, TCP.syn | TCP.ack, 0);
  nat44.outbound(17, host, PORT, server, 80, 0, 0);
  return nat44;
}

function fromLan(payload: Payload): Uint8Array {
  return ipv4({ src: d.LAN_HOST, dst: SERVER, id: 77 }, payload);
}

function segment(flags: number, data = pattern(0), sport = PORT): Uint8Array {
  return fromLan(tcp({ sport, dport: 80, seq: SEQ, ack: ACK, flags, data }));
}

/** The reset that the LAN host gets, but for the identification that is made up. */
function reset(seq: number, ack: number, flags: number): Uint8Array {
  const payload = tcp({ sport: 80, dport: PORT, seq, ack, flags, window: 0 });
  return ipv4({ src: SERVER, dst: d.LAN_HOST, id: 0 }, payload);
}

function isAnsweredBy(t: Test, { verdict, output, problems }: Judged, expected: Uint8Array): void {
  t.equal(verdict, NAT44_ADDRESS_CHANGED);
  t.same(problems, []);
  t.equal(output.length, 1);
  t.same(packetProblems(output[0]!.bytes), []);
  t.same(withoutIdentification(output[0]!.bytes), withoutIdentification(expected));
  t.same(output[0]!.virtio, NO_VIRTIO);
}

for (const [mode, config] of Object.entries(MODES)) {
  const moved = (retired: Nat44 | null = former()): DomainUnderTest =>
    new DomainUnderTest(settingsOf(config()), 1, retired);

  test(`${mode}: a segment of a connection of the former address is reset`, async (t) => {
    const ce = moved();
    const judge = (packet: Uint8Array): Judged => ce.judge(packet, 0, NO_VIRTIO);
    isAnsweredBy(t, judge(segment(TCP.ack, pattern(100))), reset(ACK, 0, TCP.rst));
    isAnsweredBy(t, judge(segment(TCP.ack | TCP.fin)), reset(ACK, 0, TCP.rst));
    // Without ACK the sender did not say what it expects: what it sent is acknowledged, FIN and all, modulo 2^32.
    const unacknowledged = segment(TCP.psh | TCP.fin, pattern(100));
    isAnsweredBy(t, judge(unacknowledged), reset(0, (SEQ + 101) % 2 ** 32, TCP.rst | TCP.ack));
    t.equal(ce.counter("created_packets"), 3);
    t.equal(ce.counter("nat44_mappings_tcp"), 0, "and takes no port");
  });

  test(`${mode}: what the kernel has left to the device is reset, too, once`, async (t) => {
    const ce = moved();
    const partial = withPartialChecksum(segment(TCP.ack, pattern(100)));
    isAnsweredBy(t, ce.judge(partial.bytes, 0, partial.virtio), reset(ACK, 0, TCP.rst));
    const whole = joined(
      [0, 1, 2].map((i) => {
        const seq = 1000 + i * 1000;
        return fromLan(tcp({ sport: PORT, dport: 80, seq, ack: ACK, data: pattern(1000, i) }));
      }),
    );
    isAnsweredBy(t, ce.judge(whole.bytes, 0, whole.virtio), reset(ACK, 0, TCP.rst));
  });

  test(`${mode}: a reset and a later fragment are dropped without a word`, async (t) => {
    const ce = moved();
    t.match(ce.judge(segment(TCP.rst), 0, NO_VIRTIO), {
      verdict: NAT44_ADDRESS_CHANGED,
      output: [],
      problems: [],
    });
    const whole = ipv4(
      { src: d.LAN_HOST, dst: SERVER, df: false },
      tcp({ sport: PORT, dport: 80, seq: SEQ, ack: ACK, data: pattern(900) }),
    );
    const [first, second] = fragments(whole, 5, [512]);
    isAnsweredBy(t, ce.judge(first!, 0, NO_VIRTIO), reset(ACK, 0, TCP.rst));
    t.match(ce.judge(second!, 0, NO_VIRTIO), { verdict: NAT44_ADDRESS_CHANGED, output: [] });
  });

  test(`${mode}: a connection that is opened anew lives, with the same ports`, async (t) => {
    const ce = moved();
    t.equal(ce.judge(segment(TCP.syn), 0, NO_VIRTIO).verdict, 0);
    t.equal(ce.judge(segment(TCP.ack, pattern(9)), 0, NO_VIRTIO).verdict, 0);
  });

  test(`${mode}: other connections, UDP and a CE that has not moved are left alone`, async (t) => {
    const ce = moved();
    t.equal(ce.judge(segment(TCP.ack, pattern(9), PORT + 1), 0, NO_VIRTIO).verdict, 0);
    t.equal(ce.judge(fromLan(udp({ sport: PORT, dport: 80 })), 0, NO_VIRTIO).verdict, 0);
    t.equal(moved(null).judge(segment(TCP.ack), 0, NO_VIRTIO).verdict, 0);
  });

  test(`${mode}: what the former address knew ends by its timers`, async (t) => {
    const retired = former();
    const ce = moved(retired);
    ce.tick(7_430_000);
    isAnsweredBy(t, ce.judge(segment(TCP.ack), 7_430_000, NO_VIRTIO), reset(ACK, 0, TCP.rst));
    ce.tick(7_450_000);
    t.equal(retired.sessions, 0);
    t.equal(ce.judge(segment(TCP.ack), 7_450_000, NO_VIRTIO).verdict, 0);
  });
}
