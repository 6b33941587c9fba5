import { test } from "tap";
import {
  KIND_ECHO,
  KIND_ICMP_ERROR,
  KIND_ICMP_OTHER,
  KIND_PORTLESS,
  KIND_REST,
  KIND_TCP,
  KIND_UDP,
  NO_PORT,
  Packet,
} from "../../../src/translate/packet.js";
import { readIpv4, refuseOptions } from "../../../src/translate/read-ipv4.js";
import { readIpv6 } from "../../../src/translate/read-ipv6.js";
import { DROPS } from "../../../src/verdict.js";
import * as build from "../../support/packet-builder.js";

const AT = 9;
const V4 = { src: "192.0.2.18", dst: "198.51.100.9" };
const V6 = { src: "2001:db8::1", dst: "2001:db8::2" };
const UDP = build.udp({ sport: 1232, dport: 53, data: build.pattern(24) });
const TCP = build.tcp({ sport: 1232, dport: 80, data: build.pattern(12) });

/** No tail room: reading past the end throws. */
function frameOf(bytes: Uint8Array): DataView {
  return new DataView(build.concat(new Uint8Array(AT).fill(0xa5), bytes).buffer);
}

function nameOf(code: number): string {
  return code === 0 ? "read" : (DROPS.find((row) => row.code === code)?.name ?? `code ${code}`);
}

const kinds4 = [
  { name: "TCP", payload: TCP, kind: KIND_TCP, port: 1232 },
  { name: "UDP", payload: UDP, kind: KIND_UDP, port: 1232 },
  { name: "echo", payload: build.echo({ kind: "request", id: 77 }), kind: KIND_ECHO, port: 77 },
  {
    name: "echo with a code",
    payload: build.icmp({ type4: 8, type6: 128, code: 1 }),
    kind: KIND_ICMP_OTHER,
    port: NO_PORT,
  },
  {
    name: "an ICMP error",
    payload: build.icmp({ type4: 11, type6: 3 }),
    kind: KIND_ICMP_ERROR,
    port: NO_PORT,
  },
  {
    name: "a timestamp",
    payload: build.icmp({ type4: 13, type6: 133 }),
    kind: KIND_ICMP_OTHER,
    port: NO_PORT,
  },
  { name: "GRE", payload: build.raw(47, build.pattern(8)), kind: KIND_PORTLESS, port: NO_PORT },
  {
    name: "a protocol without a byte of payload",
    payload: build.raw(253, new Uint8Array()),
    kind: KIND_PORTLESS,
    port: NO_PORT,
  },
];
for (const { name, payload, kind, port } of kinds4) {
  test(`IPv4 with ${name}`, async (t) => {
    const packet = new Packet();
    const frame = frameOf(build.ipv4(V4, payload));
    t.equal(readIpv4(frame, AT, frame.byteLength, packet), 0);
    t.equal(packet.kind, kind);
    t.equal(packet.sourcePort, port);
    t.equal(packet.newSourcePort, port);
  });
}

const NOP = 1;
const END = 0;
const options = [
  { name: "no option at all", bytes: [], expect: "read" },
  { name: "record route", bytes: [7, 7, 4, 0, 0, 0, 0, END], expect: "read" },
  { name: "end of options hides what follows", bytes: [END, 131, 3, 4], expect: "read" },
  {
    name: "loose source route with hops left",
    bytes: [131, 7, 4, 1, 2, 3, 4, END],
    expect: "source_routed",
  },
  {
    name: "strict source route with hops left",
    bytes: [NOP, 137, 7, 4, 1, 2, 3, 4],
    expect: "source_routed",
  },
  {
    name: "source route at its last hop",
    bytes: [131, 7, 7, 1, 2, 3, 4, END],
    expect: "source_routed",
  },
  { name: "source route that is used up", bytes: [131, 7, 8, 1, 2, 3, 4, END], expect: "read" },
  { name: "an option of length zero", bytes: [7, 0, 4, 0], expect: "malformed_ipv4_options" },
  {
    name: "an option that runs past the header",
    bytes: [NOP, NOP, 7, 7],
    expect: "malformed_ipv4_options",
  },
  {
    name: "an option without its length",
    bytes: [NOP, NOP, NOP, 7],
    expect: "malformed_ipv4_options",
  },
  {
    name: "a source route without pointer",
    bytes: [131, 2, END, END],
    expect: "malformed_ipv4_options",
  },
];
for (const { name, bytes, expect } of options) {
  test(`IPv4 options: ${name}`, async (t) => {
    const packet = new Packet();
    const frame = frameOf(build.ipv4({ ...V4, options: Uint8Array.from(bytes) }, UDP));
    t.equal(readIpv4(frame, AT, frame.byteLength, packet), 0);
    t.equal(packet.transportAt, AT + 20 + bytes.length);
    t.equal(packet.sourcePort, 1232);
    t.equal(nameOf(refuseOptions(frame, packet)), expect);
  });
}

const fragments4 = [
  {
    name: "a first fragment",
    fields: { mf: true },
    expect: "read",
    offset: 0,
    more: true,
    kind: KIND_UDP,
  },
  {
    name: "a later fragment",
    fields: { mf: true, fragmentOffset: 3 },
    expect: "read",
    offset: 24,
    more: true,
    kind: KIND_REST,
  },
  {
    name: "the last fragment",
    fields: { fragmentOffset: 3 },
    expect: "read",
    offset: 24,
    more: false,
    kind: KIND_REST,
  },
  {
    name: "a fragment that ends beyond 65535",
    fields: { fragmentOffset: 8191 },
    expect: "fragment_malformed",
  },
];
for (const { name, fields, expect, offset, more, kind } of fragments4) {
  test(`IPv4: ${name}`, async (t) => {
    const packet = new Packet();
    const frame = frameOf(build.ipv4({ ...V4, id: 4711, df: false, ...fields }, UDP));
    t.equal(nameOf(readIpv4(frame, AT, frame.byteLength, packet)), expect);
    if (expect !== "read") return;
    t.ok(packet.isFragment);
    t.same([packet.fragmentOffset, packet.moreFragments, packet.kind], [offset, more, kind]);
    t.equal(packet.identification, 4711);
  });
}

test("IPv4: a fragment that is not the last and no multiple of eight", async (t) => {
  const frame = frameOf(build.ipv4({ ...V4, mf: true }, build.raw(17, build.pattern(33))));
  t.equal(nameOf(readIpv4(frame, AT, frame.byteLength, new Packet())), "fragment_malformed");
});

test("IPv4: a fragment without payload", async (t) => {
  const frame = frameOf(build.ipv4({ ...V4, mf: true }, build.raw(17, new Uint8Array())));
  t.equal(nameOf(readIpv4(frame, AT, frame.byteLength, new Packet())), "fragment_malformed");
});

/** An extension header of `units` times eight bytes, its first byte for the builder to fill. */
function header(units: number, ...rest: number[]): Uint8Array {
  const bytes = new Uint8Array(units * 8);
  bytes.set([0, units - 1, ...rest]);
  return bytes;
}
const fragment = (offset: number, more: boolean): Uint8Array =>
  Uint8Array.of(0, 0, offset >> 8, (offset & 0xf8) | (more ? 1 : 0), 1, 2, 3, 4);
const HOP = 0;
const ROUTING = 43;
const FRAGMENT = 44;
const OPTIONS = 60;

const chains = [
  {
    name: "hop-by-hop, destination options, routing with nothing left",
    payload: build.extension(
      HOP,
      header(1),
      build.extension(OPTIONS, header(2), build.extension(ROUTING, header(3, 0, 0), UDP)),
    ),
    expect: "read",
    len: 48,
    kind: KIND_UDP,
  },
  {
    name: "routing with segments left",
    payload: build.extension(ROUTING, header(3, 0, 1), UDP),
    expect: "routing_segments_left",
    pointer: 43,
  },
  {
    name: "routing with segments left behind hop-by-hop",
    payload: build.extension(HOP, header(2), build.extension(ROUTING, header(1, 4, 255), UDP)),
    expect: "routing_segments_left",
    pointer: 59,
  },
  {
    name: "an atomic fragment",
    payload: build.extension(FRAGMENT, fragment(0, false), UDP),
    expect: "read",
    len: 8,
    kind: KIND_UDP,
  },
  {
    name: "a first fragment",
    payload: build.extension(FRAGMENT, fragment(0, true), UDP),
    expect: "read",
    len: 8,
    kind: KIND_UDP,
  },
  {
    name: "a later fragment",
    payload: build.extension(FRAGMENT, fragment(64, true), UDP),
    expect: "read",
    len: 8,
    kind: KIND_REST,
  },
  {
    name: "destination options behind a fragment header",
    payload: build.extension(
      FRAGMENT,
      fragment(0, false),
      build.extension(OPTIONS, header(1), UDP),
    ),
    expect: "extension_after_fragment",
  },
  {
    name: "two fragment headers",
    payload: build.extension(
      FRAGMENT,
      fragment(0, true),
      build.extension(FRAGMENT, fragment(0, true), UDP),
    ),
    expect: "extension_after_fragment",
  },
  {
    name: "AH behind a fragment header",
    payload: build.extension(FRAGMENT, fragment(0, true), build.raw(51, build.pattern(16))),
    expect: "extension_after_fragment",
  },
  {
    name: "ESP behind a fragment header",
    payload: build.extension(FRAGMENT, fragment(0, true), build.raw(50, build.pattern(16))),
    expect: "read",
    len: 8,
    kind: KIND_PORTLESS,
  },
  {
    name: "an extension header that runs past the packet",
    payload: build.extension(
      HOP,
      Uint8Array.of(0, 9, 0, 0, 0, 0, 0, 0),
      build.raw(17, build.pattern(8)),
    ),
    expect: "malformed_ipv6_extension",
  },
  {
    name: "seven bytes of an extension header",
    payload: build.raw(OPTIONS, build.pattern(7)),
    expect: "malformed_ipv6_extension",
  },
  {
    name: "nine extension headers",
    payload: Array.from({ length: 9 }).reduce(
      (inner: build.Payload) => build.extension(OPTIONS, header(1), inner),
      UDP,
    ),
    expect: "malformed_ipv6_extension",
  },
  {
    name: "eight extension headers",
    payload: Array.from({ length: 8 }).reduce(
      (inner: build.Payload) => build.extension(OPTIONS, header(1), inner),
      UDP,
    ),
    expect: "read",
    len: 64,
    kind: KIND_UDP,
  },
  {
    name: "IPv4's ICMP",
    payload: build.raw(1, build.pattern(8)),
    expect: "untranslatable_protocol",
  },
  {
    name: "no next header",
    payload: build.raw(59, build.pattern(8)),
    expect: "read",
    len: 0,
    kind: KIND_PORTLESS,
  },
  {
    name: "a fragment that is not the last and no multiple of eight",
    payload: build.extension(FRAGMENT, fragment(0, true), build.raw(17, build.pattern(33))),
    expect: "fragment_malformed",
  },
];
for (const { name, payload, expect, len, kind, pointer } of chains) {
  test(`IPv6: ${name}`, async (t) => {
    const packet = new Packet();
    const frame = frameOf(build.ipv6(V6, payload));
    t.equal(nameOf(readIpv6(frame, AT, frame.byteLength, packet)), expect);
    if (len !== undefined) t.equal(packet.transportAt, AT + 40 + len);
    if (kind !== undefined) t.equal(packet.kind, kind);
    if (pointer !== undefined) t.equal(packet.pointer, pointer);
  });
}

test("one packet object forgets the packet before", async (t) => {
  const packet = new Packet();
  const first = frameOf(build.ipv6(V6, build.extension(FRAGMENT, fragment(64, true), UDP)));
  readIpv6(first, AT, first.byteLength, packet);
  const second = frameOf(build.ipv4(V4, build.raw(47, build.pattern(8))));
  t.equal(readIpv4(second, AT, second.byteLength, packet), 0);
  const { isFragment, hasFragmentHeader, fragmentOffset, moreFragments, sourcePort } = packet;
  t.same([isFragment, hasFragmentHeader, fragmentOffset, moreFragments], [false, false, 0, false]);
  t.equal(sourcePort, NO_PORT);
});
