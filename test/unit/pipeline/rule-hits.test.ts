/** Packets by rule on a BR: what was forwarded, by the rule of the CE that it went to, and of the one that it came from. */
import { test } from "tap";
import { HITS_A_RULE } from "../../../src/pipeline/rule-hits.js";
import { settingsOf } from "../../golden/run-case.js";
import * as d from "../../golden/source/domains.js";
import { DomainUnderTest } from "../../support/domain-under-test.js";
import { fragments } from "../../support/fragments.js";
import { VIRTIO_LEN } from "../../support/offload.js";
import { encapsulated, ipv4, ipv6, pattern, udp } from "../../support/packet-builder.js";

const NO_OFFLOAD = new Uint8Array(VIRTIO_LEN);
/** The first port of PSID 0x35. */
const PORT_35 = 1236;
const SERVER = d.SERVER_E;

interface Step {
  readonly name: string;
  /** From the IPv4 side, or IPv4 inside what a CE sends. */
  readonly packet: Uint8Array;
  readonly fromCe?: string;
  readonly verdict: "forwarded" | "dropped";
  /** [to CE 0x34, from CE 0x34, to CE 0x35, from CE 0x35] */
  readonly hits: readonly [number, number, number, number];
}

function datagram(src: string, dst: string, sport: number, dport: number): Uint8Array {
  return ipv4({ src, dst }, udp({ sport, dport, data: pattern(64) }));
}

const down = datagram(SERVER, d.CE_IPV4, 53, d.PORT);
const up = datagram(d.CE_IPV4, SERVER, d.PORT, 53);

const STEPS: readonly Step[] = [
  { name: "to a CE", packet: down, verdict: "forwarded", hits: [1, 0, 0, 0] },
  { name: "from it", packet: up, fromCe: d.CE, verdict: "forwarded", hits: [0, 1, 0, 0] },
  {
    name: "to the other",
    packet: datagram(SERVER, d.CE_IPV4, 53, PORT_35),
    verdict: "forwarded",
    hits: [0, 0, 1, 0],
  },
  {
    name: "from one to the other",
    packet: datagram(d.CE_IPV4, d.CE_IPV4, d.PORT, PORT_35),
    fromCe: d.CE,
    verdict: "forwarded",
    hits: [0, 1, 1, 0],
  },
  {
    name: "from one to a port of nobody",
    packet: datagram(d.CE_IPV4, d.CE_IPV4, d.PORT, 80),
    fromCe: d.CE,
    verdict: "dropped",
    hits: [0, 0, 0, 0],
  },
  {
    name: "from one with the port of the other",
    packet: datagram(d.CE_IPV4, SERVER, PORT_35, 53),
    fromCe: d.CE,
    verdict: "dropped",
    hits: [0, 0, 0, 0],
  },
  { name: "after a drop", packet: down, verdict: "forwarded", hits: [1, 0, 0, 0] },
];

const RULES = ["oneToOne34", "oneToOne35"] as const;

for (const [mode, config] of [
  ["map-t", d.brT],
  ["map-e", d.brE],
] as const) {
  const wrapped = ({ packet, fromCe }: Step): Uint8Array => {
    if (fromCe === undefined) return packet;
    if (mode === "map-e") return ipv6({ src: fromCe, dst: d.BR }, encapsulated(packet));
    const destination = [...packet.subarray(16, 20)].join(".");
    const view = new DataView(packet.buffer, packet.byteOffset);
    const [sport, dport] = [view.getUint16(20), view.getUint16(22)];
    const data = pattern(64);
    return ipv6({ src: fromCe, dst: d.dmr(destination) }, udp({ sport, dport, data }));
  };

  test(`${mode}: each packet by its rules`, async (t) => {
    const counts = new Float64Array(RULES.length * HITS_A_RULE);
    const settings = settingsOf(config({ rules: RULES }));
    const br = new DomainUnderTest(settings, 1, null, counts);
    for (const step of STEPS) {
      counts.fill(0);
      const { verdict, problems } = br.judge(wrapped(step), 0, NO_OFFLOAD);
      t.same(problems, []);
      t.equal(verdict === 0 ? "forwarded" : "dropped", step.verdict, step.name);
      t.same([...counts], step.hits, step.name);
    }
  });

  test(`${mode}: fragments count one by one, also one that waited for the first`, async (t) => {
    const counts = new Float64Array(RULES.length * HITS_A_RULE);
    const br = new DomainUnderTest(settingsOf(config({ rules: RULES })), 1, null, counts);
    const whole = ipv4(
      { src: SERVER, dst: d.CE_IPV4, df: false },
      udp({ sport: 53, dport: d.PORT, data: pattern(2000) }),
    );
    const pieces = fragments(whole, 7, [1000]);
    for (const piece of pieces.toReversed()) br.judge(piece, 0, NO_OFFLOAD);
    t.same([...counts], [pieces.length, 0, 0, 0]);
  });

  test(`${mode}: nothing is counted where nobody has asked`, async (t) => {
    const br = new DomainUnderTest(settingsOf(config({ rules: RULES })));
    t.equal(br.judge(down, 0, NO_OFFLOAD).verdict, 0);
  });
}
