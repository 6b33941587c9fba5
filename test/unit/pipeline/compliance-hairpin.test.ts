/** Two hosts of one LAN that speak by the CE's external address: CE, BR and CE again (RFC 4787 §6, RFC 5508 §4.3). */
import { test } from "tap";
import { TOO_BIG } from "../../../src/verdict.js";
import { settingsOf } from "../../golden/run-case.js";
import * as d from "../../golden/source/domains.js";
import { DomainUnderTest } from "../../support/domain-under-test.js";
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

for (const mode of ["map-t", "map-e"] as const) {
  for (const rules of [["shared"], ["mesh"]] as const) {
    test(`${mode}, rule ${rules}: a packet and the error about it`, async (t) => {
      const config = mode === "map-t" ? d.ceT : d.ceE;
      const relay = mode === "map-t" ? d.brT : d.brE;
      const ce = new DomainUnderTest(settingsOf(config({ rules, more: MORE })));
      const br = new DomainUnderTest(settingsOf(relay({ more: { "decrement-ttl": false } })));
      const around = (packet: Uint8Array): Uint8Array => step(ce, step(br, step(ce, packet)));
      const data = pattern(30);
      const df = false;

      const sent = ipv4(
        { src: d.LAN_HOST, dst: d.CE_IPV4, df },
        udp({ sport: 5000, dport: d.PORT, data }),
      );
      const got = around(sent);
      const port = got[20]! * 256 + got[21]!;
      t.not(port, 5000, "from an external port");
      const expected = ipv4(
        { src: d.CE_IPV4, dst: OTHER, df },
        udp({ sport: port, dport: 80, data }),
      );
      t.equal(plain(got), plain(expected));

      const refused = (quote: Uint8Array) => icmp({ type4: 3, type6: 1, code: 3, data: quote });
      const told = around(ipv4({ src: OTHER, dst: d.CE_IPV4, df }, refused(got)));
      const error = ipv4({ src: d.CE_IPV4, dst: d.LAN_HOST, df }, refused(sent));
      t.equal(plain(told), plain(error));
    });
  }
}
