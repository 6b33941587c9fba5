/** Fragments where the paths differ: whose ports count, whose identification leaves, what stands behind a Fragment Header. */
import { test } from "tap";
import { HELD } from "../../../src/pipeline/packet-io.js";
import type { DomainSettings } from "../../../src/pipeline/settings.js";
import { settingsOf } from "../../golden/run-case.js";
import * as d from "../../golden/source/domains.js";
import { DomainUnderTest } from "../../support/domain-under-test.js";
import { fragments, parseFragment, rejoined } from "../../support/fragments.js";
import { VIRTIO_LEN } from "../../support/offload.js";
import {
  encapsulated,
  extension,
  ipv4,
  ipv6,
  pattern,
  raw,
  udp,
} from "../../support/packet-builder.js";

/** A CE with a whole address beside the mesh of the CEs that share 192.0.2.18. */
const OWN = "203.0.113.5";
const OWN_MAP = "2001:db9:500:0:0:cb00:7105:0";

function wholeBesideMesh(mode: "map-t" | "map-e"): DomainSettings {
  const end =
    mode === "map-t" ? { "dmr-ipv6-prefix": "2001:db8:ffff::/64" } : { "br-ipv6-addr": d.BR };
  const own = {
    "rule-ipv6-prefix": "2001:db9::/32",
    "rule-ipv4-prefix": "203.0.113.0/24",
    "ea-len": 8,
  };
  return settingsOf({
    rules: { own, mesh: d.RULES.mesh },
    domains: [
      {
        name: "whole",
        mode,
        role: "ce",
        tun: { name: "whole0" },
        rules: ["own", "mesh"],
        "end-user-ipv6-prefix": "2001:db9:500::/40",
        nat44: { enabled: false },
        ...end,
      },
    ],
  });
}

/** What comes of packets that follow each other. */
function outputs(domain: DomainUnderTest, packets: readonly Uint8Array[]): Uint8Array[] {
  return packets.flatMap((packet) => {
    const judged = domain.judge(packet, 0, NO_OFFLOAD);
    if (judged.problems.length > 0) throw new Error(judged.problems.join());
    return judged.output.map(({ bytes }) => bytes);
  });
}

const NO_OFFLOAD = new Uint8Array(VIRTIO_LEN);

const DATAGRAM = udp({ sport: d.PORT, dport: 53, data: pattern(200) });
const REPLY = udp({ sport: 53, dport: d.PORT, data: pattern(200) });

test("fragments between an unshared CE and a CE that shares its address go by its port (RFC 7599 §10.2)", async (t) => {
  const out = ipv4({ src: OWN, dst: d.CE_IPV4, df: false, ttl: 64, id: 7 }, REPLY);
  const there = ipv6({ src: OWN_MAP, dst: d.CE, hopLimit: 63 }, REPLY);
  const back = ipv6({ src: d.CE, dst: OWN_MAP, hopLimit: 64 }, DATAGRAM);
  const here = ipv4({ src: d.CE_IPV4, dst: OWN, df: false, ttl: 63, id: 9 }, DATAGRAM);

  const domain = new DomainUnderTest(wholeBesideMesh("map-t"));
  t.same(rejoined(outputs(domain, fragments(out, 7, [96]))), there);
  t.same(rejoined(outputs(domain, fragments(back, 9, [96]))), here);
  const [first, second] = fragments(out, 8, [96]);
  t.equal(domain.judge(second!, 0, NO_OFFLOAD).verdict, HELD, "waits for the port");
  t.same(rejoined(outputs(domain, [first!])), there);

  const tunnel = new DomainUnderTest(wholeBesideMesh("map-e"));
  for (const piece of outputs(tunnel, fragments(out, 7, [96]))) {
    t.same(piece.subarray(8, 40), there.subarray(8, 40), "from the CE's address to its peer's");
  }
  const inner = ipv4({ src: d.CE_IPV4, dst: OWN, df: false, id: 9 }, DATAGRAM);
  const pieces = fragments(inner, 9, [96]);
  const wrapped = pieces.map((piece) => ipv6({ src: d.CE, dst: OWN_MAP }, encapsulated(piece)));
  t.same(outputs(tunnel, wrapped), pieces);
});

/** RFC 7597 App. A: ports 1232 to 1235 and so on, by their bits. */
function isOfPortSet(port: number): boolean {
  return port >= 1024 && ((port >>> 2) & 0xff) === 0x34;
}

test("what a CE of a shared address cuts has an identification of its port set (RFC 7599 §10.3)", async (t) => {
  const domain = new DomainUnderTest(settingsOf(d.ceT()));
  const large = udp({ sport: 5000, dport: 53, data: pattern(1400) });
  const seen = [1, 1, 2].map((id) => {
    const sent = ipv4({ src: d.LAN_HOST, dst: d.SERVER_T, df: false, id }, large);
    const ids = outputs(domain, [sent]).map((piece) => parseFragment(piece)?.id ?? -1);
    t.equal(ids.length, 2);
    t.equal(ids[0], ids[1], "one for the datagram");
    t.ok(isOfPortSet(ids[0]!), `${ids[0]} is of the port set`);
    return ids[0];
  });
  t.equal(new Set(seen).size, 3, "another for every datagram");
});

test("a BR keeps the identification of what it cuts (RFC 7915 §4.1)", async (t) => {
  const domain = new DomainUnderTest(settingsOf(d.brT()));
  const large = udp({ sport: 53, dport: d.PORT, data: pattern(1400) });
  const sent = ipv4({ src: d.SERVER_T, dst: d.CE_IPV4, df: false, id: 0xbeef }, large);
  t.same(
    outputs(domain, [sent]).map((piece) => parseFragment(piece)?.id),
    [0xbeef, 0xbeef],
  );
});

/** Tunnel encapsulation limit 4 with padding, RFC 2473 §4.1.1; the first byte becomes the next header. */
const LIMIT_OPTION = Uint8Array.of(0, 0, 4, 1, 4, 1, 1, 0);

test("an encapsulation limit stands before or behind the Fragment Header (RFC 2473 §4.1.1)", async (t) => {
  const inner = ipv4({ src: d.CE_IPV4, dst: d.SERVER_E }, DATAGRAM);
  const outer = ipv6({ src: d.CE, dst: d.BR }, extension(60, LIMIT_OPTION, encapsulated(inner)));
  const domain = new DomainUnderTest(settingsOf(d.brE()));
  t.same(outputs(domain, [outer]), [inner], "whole");
  t.same(outputs(domain, fragments(outer, 1, [104])), [inner], "behind the Fragment Header");
  const [first, second] = fragments(ipv6({ src: d.CE, dst: d.BR }, encapsulated(inner)), 2, [104]);
  const before = [first!, second!].map((piece) => {
    const rest = raw(44, piece.slice(40));
    return ipv6({ src: d.CE, dst: d.BR }, extension(60, LIMIT_OPTION, rest));
  });
  t.same(outputs(domain, before), [inner], "before the Fragment Header");
});
