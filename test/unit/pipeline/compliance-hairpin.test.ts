/**
 * Two hosts that speak by one external address: of one LAN, which its CE turns around, and behind two CEs that share
 * the address, which goes by the BR (RFC 4787 §6, RFC 5508 §5).
 */
import { type Test, test } from "tap";
import { TOO_BIG } from "../../../src/verdict.js";
import { settingsOf } from "../../golden/run-case.js";
import * as d from "../../golden/source/domains.js";
import { DomainUnderTest } from "../../support/domain-under-test.js";
import { fragments } from "../../support/fragments.js";
import { VIRTIO_LEN } from "../../support/offload.js";
import { encapsulated, icmp, ipv4, ipv6, pattern, udp } from "../../support/packet-builder.js";
import { packetProblems } from "../../support/packet-check.js";

const NO_OFFLOAD = new Uint8Array(VIRTIO_LEN);
const OTHER = "192.168.1.11";
const FORWARD = { protocol: "udp", "external-port": d.PORT, to: `${OTHER}:80` };
const MORE = { nat44: { forwards: [FORWARD] }, "decrement-ttl": false };

function step(domain: DomainUnderTest, packet: Uint8Array): Uint8Array {
  const { output, problems, verdict } = domain.judge(packet, 0, NO_OFFLOAD);
  const bytes = output[0]?.bytes;
  if (bytes === undefined || output.length > 1) throw new Error(`verdict ${verdict}`);
  const found = [...problems, ...packetProblems(bytes)];
  if (found.length > 0) throw new Error(found.join());
  return bytes;
}

/** Identifications of MAP-T are its own. */
function plain(packet: Uint8Array): string {
  const copy = packet.slice();
  for (const at of [0, 28]) {
    copy.fill(0, at + 4, at + 6);
    copy.fill(0, at + 10, at + 12);
  }
  // And with that of the quote the checksum of an error, which packetProblems() has verified.
  if (copy[9] === 1) copy.fill(0, 22, 24);
  return Buffer.from(copy).toString("hex");
}

test("what is too big to go back into the domain is told its MTU", async (t) => {
  const payload = udp({ sport: d.PORT, dport: d.LAST_PORT + 4, data: pattern(1400) });
  const far = ipv4({ src: d.CE_IPV4, dst: d.CE_IPV4 }, payload);
  const cases = [
    { config: d.brT, packet: ipv6({ src: d.CE, dst: d.dmr(d.CE_IPV4) }, payload) },
    { config: d.brE, packet: ipv6({ src: d.CE, dst: d.BR }, encapsulated(far)) },
  ];
  for (const { config, packet } of cases) {
    const br = new DomainUnderTest(settingsOf(config({ more: { mtu: { ipv6: 1300 } } })));
    const { verdict, output } = br.judge(packet, 0, NO_OFFLOAD);
    t.equal(verdict, TOO_BIG);
    t.same(output[0]?.bytes.slice(40, 42), [2, 0]);
    t.same(output[0]?.bytes.slice(44, 48), [0, 0, 1300 >> 8, 1300 & 0xff]);
  }
});

/** A host behind another CE of the same address, whose ports begin with 1236. */
const FAR_PORT = 1236;
const FAR = {
  "end-user-ipv6-prefix": "2001:db8:12:3500::/56",
  nat44: { forwards: [{ ...FORWARD, "external-port": FAR_PORT }] },
  "decrement-ttl": false,
};

/** A packet and the error about it, there and back through the domains in between. */
function exchange(
  t: Test,
  port: number,
  there: (packet: Uint8Array) => Uint8Array,
  back: (packet: Uint8Array) => Uint8Array,
): void {
  const data = pattern(30);
  const df = false;
  const payload = udp({ sport: 5000, dport: port, data });
  const sent = ipv4({ src: d.LAN_HOST, dst: d.CE_IPV4, df }, payload);
  const got = there(sent);
  const external = got[20]! * 256 + got[21]!;
  t.not(external, 5000, "from an external port");
  const expected = ipv4(
    { src: d.CE_IPV4, dst: OTHER, df },
    udp({ sport: external, dport: 80, data }),
  );
  t.equal(plain(got), plain(expected));

  const refused = (quote: Uint8Array) => icmp({ type4: 3, type6: 1, code: 3, data: quote });
  const told = back(ipv4({ src: OTHER, dst: d.CE_IPV4, df }, refused(got)));
  const error = ipv4({ src: d.CE_IPV4, dst: d.LAN_HOST, df }, refused(sent));
  t.equal(plain(told), plain(error));
}

for (const mode of ["map-t", "map-e"] as const) {
  const config = mode === "map-t" ? d.ceT : d.ceE;
  const relay = mode === "map-t" ? d.brT : d.brE;
  for (const rules of [["shared"], ["mesh"]] as const) {
    test(`${mode}, rule ${rules}: a packet and the error about it`, async (t) => {
      const ce = new DomainUnderTest(settingsOf(config({ rules, more: MORE })));
      const around = (packet: Uint8Array): Uint8Array => step(ce, packet);
      exchange(t, d.PORT, around, around);
      t.equal(ce.counter("hairpin_packets"), 2);
    });
  }

  test(`${mode}: a packet to another CE of the address and the error about it`, async (t) => {
    const near = new DomainUnderTest(settingsOf(config({ more: MORE })));
    const br = new DomainUnderTest(settingsOf(relay({ more: { "decrement-ttl": false } })));
    const far = new DomainUnderTest(settingsOf(config({ more: FAR })));
    const there = (packet: Uint8Array): Uint8Array => step(far, step(br, step(near, packet)));
    const back = (packet: Uint8Array): Uint8Array => step(near, step(br, step(far, packet)));
    exchange(t, FAR_PORT, there, back);
    t.equal(br.counter("hairpin_packets"), 2);
  });

  test(`${mode}: what is turned around has an identification of the port set where it may be fragmented`, async (t) => {
    const many = {
      rules: ["many"],
      more: { ...MORE, "end-user-ipv6-prefix": "2001:db8:12:3400::/54" },
    } as const;
    const ce = new DomainUnderTest(settingsOf(config(many)));
    const judged = (packet: Uint8Array): number => {
      const bytes = step(ce, packet);
      return bytes[4]! * 256 + bytes[5]!;
    };
    const payload = udp({ sport: 5000, dport: d.PORT, data: pattern(100) });
    const packet = (df: boolean) => ipv4({ src: d.LAN_HOST, dst: d.CE_IPV4, id: 5, df }, payload);
    t.equal(judged(packet(true)), 5, "an atomic one keeps its own");
    const pieces = fragments(packet(false), 5, [48]).map(judged);
    const chosen = [judged(packet(false)), pieces[0]!];
    t.equal(pieces[1], pieces[0], "one for all fragments of a datagram");
    t.not(chosen[0], chosen[1]);
    // Six bits of A that are not zero, and PSID 0x0d in the next six.
    for (const id of chosen)
      t.match({ a: id >>> 10 !== 0, psid: (id >>> 4) & 0x3f }, { a: true, psid: 0x0d });
  });
}
