/** A datagram put together at the BR whose headers leave no room for a payload in any fragment. */
import { test } from "tap";
import { dropIndex } from "../../../src/counters.js";
import { ABSORBED, HELD } from "../../../src/pipeline/packet-io.js";
import { TOO_BIG } from "../../../src/verdict.js";
import { settingsOf } from "../../golden/run-case.js";
import * as d from "../../golden/source/domains.js";
import { DomainUnderTest } from "../../support/domain-under-test.js";
import { VIRTIO_LEN } from "../../support/offload.js";
import { echo, extension, ipv6, pattern, raw } from "../../support/packet-builder.js";

const NO_VIRTIO = new Uint8Array(VIRTIO_LEN);
const ENDS = { src: d.CE, dst: d.dmr("192.0.2.19") };
const HOP_BY_HOP = 0;
const FRAGMENT = 44;

/** Options of `len` bytes in all, padding only (RFC 8200 §4.2); a multiple of 8. */
function options(len: number): Uint8Array {
  const header = new Uint8Array(len);
  header[1] = len / 8 - 1;
  return header;
}

/** Both halves of an echo request behind hop-by-hop options. */
function halves(optionsLen: number): Uint8Array[] {
  const message = ipv6(ENDS, echo({ kind: "request", id: d.PORT, data: pattern(1000) })).slice(40);
  return [message.slice(0, 504), message.slice(504)].map((part, i) => {
    const header = Uint8Array.of(0, 0, i === 0 ? 0 : 504 >> 8, i === 0 ? 1 : 504 & 255, 0, 0, 0, 7);
    const piece = extension(FRAGMENT, header, raw(58, part));
    return ipv6(ENDS, extension(HOP_BY_HOP, options(optionsLen), piece));
  });
}

for (const { len, fits } of [
  { len: 1440, fits: true },
  { len: 1448, fits: false },
  { len: 1456, fits: false },
  { len: 2048, fits: false },
]) {
  test(`${len} bytes of options before a datagram that is turned around`, async (t) => {
    const br = new DomainUnderTest(settingsOf(d.brT()));
    const [first, second] = halves(len).map((piece) => br.judge(piece, 1, NO_VIRTIO));
    t.equal(first?.verdict, HELD);
    t.equal(second?.verdict, ABSORBED);
    t.equal(br.counters[dropIndex(TOO_BIG, 6)], fits ? 0 : 1);
    const largest = Math.max(...(second?.output ?? []).map(({ bytes }) => bytes.length));
    t.ok(largest <= 1500, "no fragment exceeds the MTU");
    t.same([...(first?.problems ?? []), ...(second?.problems ?? [])], []);
  });
}
