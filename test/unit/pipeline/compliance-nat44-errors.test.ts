/** ICMP errors through the NAT44 of a CE (RFC 5508 §4, §5, §8), in both modes by the same cases. */
import { test } from "tap";
import { BAD_ICMP_CHECKSUM, NAT44_NO_FREE_PORT, NAT44_NO_MAPPING } from "../../../src/verdict.js";
import { parseIpv4 } from "../../../src/wire/address.js";
import { settingsOf } from "../../golden/run-case.js";
import * as d from "../../golden/source/domains.js";
import { DomainUnderTest, type Judged } from "../../support/domain-under-test.js";
import { VIRTIO_LEN } from "../../support/offload.js";
import {
  encapsulated,
  icmp,
  ipv4,
  ipv6,
  type Payload,
  pattern,
  udp,
} from "../../support/packet-builder.js";
import { packetProblems } from "../../support/packet-check.js";

const NO_OFFLOAD = new Uint8Array(VIRTIO_LEN);
const SECOND = 1000;

/** One mode: what a packet between the CE's address and the server looks like on the provider's side. */
interface Mode {
  readonly name: string;
  readonly config: (more?: Record<string, unknown>) => unknown;
  readonly server: string;
  readonly up: (payload: Payload, hops: number) => Uint8Array;
  readonly down: (payload: Payload) => Uint8Array;
  /** An error about a packet that the CE sent, from a router on the way. */
  readonly errorDown: (code4: number, code6: number, quoted: Payload) => Uint8Array;
  readonly routerOnIpv4: string;
}

const MODES: readonly Mode[] = [
  {
    name: "MAP-T",
    config: (more = {}) => d.ceT({ more }),
    server: d.SERVER_T,
    up: (payload, hops) => ipv6({ src: d.CE, dst: d.dmr(d.SERVER_T), hopLimit: hops }, payload),
    down: (payload) => ipv6({ src: d.dmr(d.SERVER_T), dst: d.CE }, payload),
    errorDown: (_code4, code6, quoted) => {
      const data = ipv6({ src: d.CE, dst: d.dmr(d.SERVER_T), hopLimit: 60 }, quoted);
      return ipv6(
        { src: d.dmr("203.0.113.1"), dst: d.CE, hopLimit: 60 },
        icmp({ type4: 0, type6: 1, code: code6, data }),
      );
    },
    routerOnIpv4: "203.0.113.1",
  },
  {
    name: "MAP-E",
    config: (more = {}) => d.ceE({ more }),
    server: d.SERVER_E,
    up: (payload, hops) => {
      const inner = ipv4({ src: d.CE_IPV4, dst: d.SERVER_E, ttl: hops }, payload);
      return ipv6({ src: d.CE, dst: d.BR }, encapsulated(inner));
    },
    down: (payload) =>
      ipv6(
        { src: d.BR, dst: d.CE },
        encapsulated(ipv4({ src: d.SERVER_E, dst: d.CE_IPV4 }, payload)),
      ),
    errorDown: (code4, _code6, quoted) => {
      const data = ipv4({ src: d.CE_IPV4, dst: d.SERVER_E, ttl: 60 }, quoted);
      const inner = ipv4(
        { src: "203.0.113.1", dst: d.CE_IPV4, ttl: 60 },
        icmp({ type4: 3, type6: 0, code: code4, data }),
      );
      return ipv6({ src: d.BR, dst: d.CE }, encapsulated(inner));
    },
    routerOnIpv4: "203.0.113.1",
  },
];

class Bench {
  readonly #domain: DomainUnderTest;
  constructor(config: unknown) {
    this.#domain = new DomainUnderTest(settingsOf(config));
  }

  judge(packet: Uint8Array, nowMs = 0): Judged {
    this.#domain.tick(nowMs);
    const judged = this.#domain.judge(packet, nowMs, NO_OFFLOAD);
    const unsound = judged.output.flatMap(({ bytes }) => packetProblems(bytes));
    const problems = [...judged.problems, ...unsound];
    if (problems.length > 0) throw new Error(problems.join());
    return judged;
  }
}

const LAN_PORT = 5000;

function fromLan(mode: Mode, port = LAN_PORT, data = pattern(20)): Uint8Array {
  return ipv4({ src: d.LAN_HOST, dst: mode.server }, udp({ sport: port, dport: 53, data }));
}

/** The external port of the packet that a CE has sent: the first field of its UDP header. */
function portOf(judged: Judged): number {
  const { bytes } = judged.output[0]!;
  const at = bytes[6] === 4 ? 60 : 40;
  return bytes[at]! * 256 + bytes[at + 1]!;
}

function word(bytes: Uint8Array, at: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(at);
}

for (const mode of MODES) {
  test(`${mode.name}: an error from outside reaches the host that sent the quoted packet`, async (t) => {
    const bench = new Bench(mode.config());
    const port = portOf(bench.judge(fromLan(mode)));
    t.not(port, LAN_PORT);
    const quoted = udp({ sport: port, dport: 53, data: pattern(20) });
    const { verdict, output } = bench.judge(mode.errorDown(1, 0, quoted));
    t.equal(verdict, 0);
    const { bytes } = output[0]!;
    t.same(bytes.slice(20, 22), [3, 1]);
    t.equal(word(bytes, 12), parseIpv4(mode.routerOnIpv4));
    t.equal(word(bytes, 16), parseIpv4(d.LAN_HOST));
    t.equal(word(bytes, 28 + 12), parseIpv4(d.LAN_HOST), "quoted source");
    t.equal(word(bytes, 28 + 16), parseIpv4(mode.server), "quoted destination");
    const asSent = fromLan(mode).slice(20);
    t.same(
      bytes.slice(48, 48 + asSent.length),
      asSent,
      "ports, checksum and payload as it sent them",
    );
  });

  test(`${mode.name}: errors neither end nor prolong a mapping (RFC 4787 REQ-12, RFC 5508 REQ-6)`, async (t) => {
    const bench = new Bench(mode.config());
    const port = portOf(bench.judge(fromLan(mode)));
    const error = mode.errorDown(3, 4, udp({ sport: port, dport: 53 }));
    t.equal(bench.judge(error, 200 * SECOND).verdict, 0);
    const answer = mode.down(udp({ sport: 53, dport: port, data: pattern(9) }));
    t.equal(bench.judge(answer, 298 * SECOND).verdict, 0, "lives on");
    t.equal(bench.judge(answer, 302 * SECOND).verdict, NAT44_NO_MAPPING, "for its own time only");
  });

  test(`${mode.name}: an error about a port that nobody has goes nowhere (RFC 5508 REQ-4)`, async (t) => {
    const bench = new Bench(mode.config());
    const error = mode.errorDown(1, 0, udp({ sport: d.PORT, dport: 53 }));
    t.match(bench.judge(error), { verdict: NAT44_NO_MAPPING, output: [] });
  });

  test(`${mode.name}: an error from a LAN host leaves with the outside view (RFC 5508 REQ-5)`, async (t) => {
    const bench = new Bench(mode.config());
    const port = portOf(bench.judge(fromLan(mode)));
    const got = ipv4(
      { src: mode.server, dst: d.LAN_HOST },
      udp({ sport: 53, dport: LAN_PORT, data: pattern(9) }),
    );
    const refused = icmp({ type4: 3, type6: 1, code: 3, data: got });
    const { verdict, output } = bench.judge(
      ipv4({ src: d.LAN_HOST, dst: mode.server, ttl: 64 }, refused),
    );
    t.equal(verdict, 0);
    const { bytes } = output[0]!;
    const sent = udp({ sport: 53, dport: port, data: pattern(9) });
    if (mode.name === "MAP-T") {
      const quoted = ipv6({ src: d.dmr(mode.server), dst: d.CE }, sent);
      const error = icmp({ type4: 3, type6: 1, code: 4, data: quoted });
      t.same(bytes, mode.up(error, 63));
    } else {
      const quoted = ipv4({ src: mode.server, dst: d.CE_IPV4 }, sent);
      t.same(bytes, mode.up(icmp({ type4: 3, type6: 1, code: 3, data: quoted }), 63));
    }
    const unknown = icmp({
      type4: 3,
      type6: 1,
      code: 3,
      data: ipv4({ src: mode.server, dst: d.LAN_HOST }, udp({ sport: 53, dport: 5001 })),
    });
    const foreign = ipv4({ src: d.LAN_HOST, dst: mode.server }, unknown);
    t.match(bench.judge(foreign), { verdict: NAT44_NO_MAPPING, output: [] });
  });

  test(`${mode.name}: an error with a wrong checksum is not believed (RFC 5508 REQ-3)`, async (t) => {
    const bench = new Bench(mode.config());
    const port = portOf(bench.judge(fromLan(mode)));
    const error = mode.errorDown(1, 0, udp({ sport: port, dport: 53, data: pattern(20) }));
    error[error.length - 1]! ^= 1;
    t.equal(bench.judge(error).verdict, BAD_ICMP_CHECKSUM);
  });

  test(`${mode.name}: when the ports are used up the host is told (RFC 5508 REQ-8)`, async (t) => {
    const bench = new Bench(mode.config());
    for (let i = 0; i < 252; i++) t.equal(bench.judge(fromLan(mode, 10_000 + i)).verdict, 0);
    const { verdict, output } = bench.judge(fromLan(mode, 20_000));
    t.equal(verdict, NAT44_NO_FREE_PORT);
    t.same(output[0]?.bytes.slice(20, 22), [3, 13]);
    t.equal(word(output[0]!.bytes, 16), parseIpv4(d.LAN_HOST));
    t.equal(bench.judge(fromLan(mode, 10_000)).verdict, 0, "nobody's mapping was taken");
  });
}
