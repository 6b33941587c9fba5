/** Packets taken apart for show: whole headers of packets that an independent builder made, and any bytes at all. */
import { test } from "tap";
import { formatAddress } from "../../../src/explain/addresses.js";
import { type Flow, flowsOf } from "../../../src/explain/flows.js";
import { type Header, headersOf } from "../../../src/explain/headers.js";
import { layersOf } from "../../../src/explain/layers.js";
import { seededRandom } from "../../../src/explain/seeded-random.js";
import { headerText } from "../../../src/explain/text.js";
import { caseFolders } from "../../golden/golden-folder.js";
import { loadCase } from "../../golden/run-case.js";
import { fragment } from "../../support/fragments.js";
import {
  echo,
  encapsulated,
  icmp,
  ipv4,
  ipv6,
  mss,
  type Payload,
  pattern,
  TCP,
  tcp,
  udp,
} from "../../support/packet-builder.js";

const A = "192.0.2.18";
const B = "198.51.100.1";
const A6 = "2001:db8:12:3400:0:c000:212:34";
const B6 = "2001:db8:ffff::1";

const IPV4 = {
  source: A,
  destination: B,
  tos: 0,
  totalLength: 0,
  identification: 0,
  dontFragment: true,
  moreFragments: false,
  fragmentOffset: 0,
  ttl: 64,
  protocol: 6,
  optionsLength: 0,
  checksumGood: true,
};

const IPV6 = {
  source: A6,
  destination: B6,
  trafficClass: 0,
  payloadLength: 0,
  nextHeader: 17,
  hopLimit: 64,
};

/** Checksums are 0 here: whether they are right is what counts. */
function header(layer: Header["layer"], fields: Header["fields"], quoted = false): Header {
  return { layer, quoted, fields };
}

const SYN: Payload = tcp({ sport: 1232, dport: 443, flags: TCP.syn, options: mss(1460), seq: 7 });

const cases: readonly {
  readonly name: string;
  readonly packet: Uint8Array;
  readonly headers: readonly Header[];
}[] = [
  {
    name: "a TCP SYN in IPv4",
    packet: ipv4({ src: A, dst: B }, SYN),
    headers: [
      header("ipv4", { ...IPV4, totalLength: 44 }),
      header("tcp", {
        sourcePort: 1232,
        destinationPort: 443,
        sequence: 7,
        acknowledgment: 0x05060708,
        flags: "SYN",
        mss: 1460,
        checksum: 0,
        checksumGood: true,
      }),
    ],
  },
  {
    name: "the first fragment of a UDP datagram in IPv6",
    packet: fragment(
      ipv6({ src: A6, dst: B6 }, udp({ sport: 5, dport: 6, data: pattern(24) })),
      9,
      { start: 0, end: 16 },
    ),
    headers: [
      header("ipv6", { ...IPV6, payloadLength: 24, nextHeader: 44 }),
      header("fragment", { offset: 0, moreFragments: true, identification: 9 }),
      header("udp", {
        sourcePort: 5,
        destinationPort: 6,
        length: 32,
        checksum: 0,
        checksumGood: null,
      }),
      header("data", { length: 8 }),
    ],
  },
  {
    name: "a tunnel",
    packet: ipv6(
      { src: A6, dst: B6 },
      encapsulated(ipv4({ src: A, dst: B, ttl: 3 }, echo({ kind: "request", id: 1232 }))),
    ),
    headers: [
      header("ipv6", { ...IPV6, payloadLength: 28, nextHeader: 4 }),
      header("ipv4", { ...IPV4, totalLength: 28, ttl: 3, protocol: 1 }),
      header("icmpv4", {
        type: 8,
        code: 0,
        name: "echo request",
        identifier: 1232,
        sequence: 1,
        checksum: 0,
        checksumGood: true,
      }),
    ],
  },
  {
    name: "an ICMP error with a wrong checksum, and what it quotes",
    packet: ipv4(
      { src: B, dst: A },
      icmp({
        type4: 3,
        type6: 1,
        code: 4,
        rest: 1280,
        data: ipv4({ src: A, dst: B }, SYN).slice(0, 28),
        checksum: 1,
      }),
    ),
    headers: [
      header("ipv4", { ...IPV4, source: B, destination: A, totalLength: 56, protocol: 1 }),
      header("icmpv4", {
        type: 3,
        code: 4,
        name: "destination unreachable",
        mtu: 1280,
        checksum: 0,
        checksumGood: false,
      }),
      header("ipv4", { ...IPV4, totalLength: 44 }, true),
      header("tcp-ports", { sourcePort: 1232, destinationPort: 443, length: 8 }, true),
    ],
  },
];

for (const { name, packet, headers } of cases) {
  test(`headers of ${name}`, async (t) => {
    const found = headersOf(packet);
    t.same(
      found.map(({ fields }) => ({ ...fields, checksum: 0 })),
      headers.map(({ fields }) => ({ ...fields, checksum: 0 })),
    );
    t.same(
      found.map(({ layer, quoted }) => [layer, quoted]),
      headers.map(({ layer, quoted }) => [layer, quoted]),
    );
  });
}

test("flows are numbers of both families, of errors with the ports turned round", async (t) => {
  const text = ({ source, destination, sourcePort, destinationPort, protocol }: Flow): string =>
    `${formatAddress(source)} ${sourcePort} > ${formatAddress(destination)} ${destinationPort}, ${protocol}`;
  const [syn, first, tunnel] = cases.map(({ packet }) => flowsOf(packet).map(text));
  t.same(syn, [`${A} 1232 > ${B} 443, 6`]);
  t.same(first, [`${A6} 5 > ${B6} 6, 17`]);
  t.same(tunnel, [`${A6} null > ${B6} null, null`, `${A} 1232 > ${B} 1232, 1`]);
  const quote = ipv4({ src: A, dst: B }, SYN);
  const error = ipv4({ src: B, dst: A }, icmp({ type4: 11, type6: 3, data: quote }));
  t.same(flowsOf(error).map(text), [`${B} 443 > ${A} 1232, 1`, `${A} 1232 > ${B} 443, 6`]);
});

/** Layers cover a packet from its first byte on, in order and without gaps, but for bytes behind a quote or a packet. */
function covers(bytes: Uint8Array): boolean {
  let at = 0;
  for (const layer of layersOf(bytes)) {
    if (layer.at !== at || layer.end < layer.at || layer.end > bytes.length) return false;
    at = layer.end;
  }
  return true;
}

test("every packet of the golden cases is taken apart from end to end", async (t) => {
  for (const folder of caseFolders()) {
    const { input, output } = loadCase(folder);
    for (const packet of [...input.map(({ bytes }) => bytes), ...output]) {
      if (!covers(packet)) t.fail(folder);
      if (headersOf(packet).some((one) => headerText(one) === "")) t.fail(folder);
    }
  }
});

test("any bytes are taken apart without an exception, and all of them are said", async (t) => {
  const random = seededRandom(3);
  const samples = cases.map(({ packet }) => packet);
  for (let i = 0; i < 4000; i++) {
    const bytes = samples[i % samples.length]!.slice(0, random() % 90);
    for (let change = random() % 4; change > 0 && bytes.length > 0; change--) {
      bytes[random() % bytes.length] = random();
    }
    if (!covers(bytes)) t.fail(Buffer.from(bytes).toString("hex"));
    headersOf(bytes).map(headerText);
    flowsOf(bytes);
  }
});

test("text names what matters", async (t) => {
  t.same(headersOf(cases[3]!.packet).map(headerText), [
    `IPv4 ${B} > ${A}, ttl 64, tos 0, id 0, DF, protocol 1, length 56`,
    "ICMP, destination unreachable, type 3 code 4, mtu 1280, checksum 0x0001 WRONG",
    `quoted: IPv4 ${A} > ${B}, ttl 64, tos 0, id 0, DF, protocol 6, length 44`,
    "quoted: TCP 1232 > 443, 8 bytes of its header",
  ]);
  t.same(headersOf(cases[1]!.packet).map(headerText).slice(1, 2), [
    "fragment header, offset 0, more follow, id 9",
  ]);
});
