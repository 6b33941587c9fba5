import { test } from "tap";
import { compileRules } from "../../../../src/pipeline/create.js";
import { Facts } from "../../../../src/tun/trace/facts.js";
import { Filter, type FilterContext, type Seen } from "../../../../src/tun/trace/filter.js";
import { parseFilter } from "../../../../src/tun/trace/filter-text.js";
import { TOO_BIG, TTL_EXPIRED } from "../../../../src/verdict.js";
import {
  cut,
  echo,
  encapsulated,
  extension,
  ipv4,
  ipv6,
  raw,
  tcp,
  udp,
} from "../../../support/packet-builder.js";
import { BR_E, BR_T, CE_T, domainOf } from "../../daemon/samples.js";

/** RFC 7599 App. A: PSID 0x34 of 192.0.2.18. */
const CE = "2001:db8:12:3400:0:c000:212:34";
const SERVER6 = "2001:db8:ffff:0:c6:3364:900:0";
const UP = ipv6({ src: CE, dst: SERVER6 }, udp({ sport: 1232, dport: 53 }));
const UP_AFTER = ipv4({ src: "192.0.2.18", dst: "198.51.100.9" }, udp({ sport: 1232, dport: 53 }));
const DOWN = ipv4({ src: "198.51.100.9", dst: "192.0.2.18" }, tcp({ sport: 443, dport: 1233 }));
const TUNNELLED = ipv6({ src: CE, dst: "2001:db8:ffff::1" }, encapsulated(UP_AFTER));
const PING = ipv6({ src: CE, dst: SERVER6 }, echo({ kind: "request", id: 1234 }));
const FRAGMENT_HEADER = Uint8Array.of(17, 0, 0, 0x10, 0, 0, 0, 1);
const REST = ipv6(
  { src: CE, dst: SERVER6 },
  extension(44, FRAGMENT_HEADER, raw(17, Uint8Array.of(4, 208, 0, 53))),
);

function factsOf(bytes: Uint8Array): Facts {
  const facts = new Facts();
  const view = new DataView(Uint8Array.from(bytes).buffer);
  facts.read(view, 0, bytes.length);
  return facts;
}

/** A packet that was `packets[0]` and became the others. */
function seen(packets: readonly Uint8Array[], verdict = 0): Seen {
  const family = (packets[0]?.[0] ?? 0) >>> 4;
  return { verdict, family, facts: packets.map(factsOf), count: packets.length };
}

function contextOf(domain: string): FilterContext {
  const { settings } = domainOf(domain);
  return { isBr: settings.role === "br", table: compileRules(settings) };
}

const BR = contextOf(BR_T);

function wants(text: string, what: Seen, context = BR): boolean {
  const parsed = parseFilter(text === "" ? [] : text.split(" "));
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.diagnostics));
  return new Filter(parsed.value).wants(what, context);
}

const TRANSLATED = seen([UP, UP_AFTER]);

const HOLD: readonly (readonly [string, Seen])[] = [
  ["", TRANSLATED],
  ["host 192.0.2.18", TRANSLATED],
  [`host ${CE}`, TRANSLATED],
  ["net 198.51.100.0/24", TRANSLATED],
  ["net 2001:db8:12::/48 and net 192.0.2.0/24", TRANSLATED],
  ["NET 0.0.0.0/0", seen([DOWN])],
  ["net ::/0", TRANSLATED],
  ["port 53 port 1232", TRANSLATED],
  ["proto udp", TRANSLATED],
  ["proto 17 and out", TRANSLATED],
  ["proto icmp and port 1234", seen([PING])],
  ["in", seen([DOWN])],
  ["in and port 1233", seen([DOWN], TOO_BIG)],
  ["reason too_big", seen([DOWN], TOO_BIG)],
  ["ce 2001:db8:12:3400::/56", TRANSLATED],
  // By the port set that the address and port belong to, though nothing of it is IPv6.
  ["ce 2001:db8:12:3400::/56", seen([DOWN], TOO_BIG)],
  [`ce ${CE}`, seen([DOWN], TOO_BIG)],
  ["host 192.0.2.18 and port 1232 and proto udp", seen([TUNNELLED])],
  ["host 2001:db8:ffff::1", seen([TUNNELLED])],
  ["net 2001:db8:12::/48", seen([REST])],
  // Bits beyond the length do not matter.
  ["net 192.0.2.77/24", TRANSLATED],
];

const FAIL: readonly (readonly [string, Seen])[] = [
  ["host 192.0.2.19", TRANSLATED],
  ["host 2001:db8::1", TRANSLATED],
  ["net 192.0.2.19/32", TRANSLATED],
  ["net 2001:db8:12:3401::/64", TRANSLATED],
  ["port 54", TRANSLATED],
  ["proto tcp", TRANSLATED],
  ["in", TRANSLATED],
  ["out", seen([DOWN])],
  ["in", { ...seen([UP_AFTER]), family: 0 }],
  ["reason too_big", seen([DOWN], TTL_EXPIRED)],
  ["ce 2001:db8:12:3500::/56", seen([DOWN])],
  ["ce 2001:db8:12:3500::/56", TRANSLATED],
  ["host 192.0.2.18 and port 54", TRANSLATED],
  ["port 1232", seen([REST])],
  ["port 53", seen([cut4(UP)])],
  ["net ::/0", seen([Uint8Array.of(0x60)])],
  ["net 0.0.0.0/0", seen([new Uint8Array()])],
];

/** Ends behind the first two bytes of the UDP header. */
function cut4(packet: Uint8Array): Uint8Array {
  return packet.slice(0, 42);
}

test("terms hold of what a packet was or became, all of them", async (t) => {
  for (const [text, what] of HOLD) t.ok(wants(text, what), text);
});

test("a packet is not wanted where one of them does not hold", async (t) => {
  for (const [text, what] of FAIL) t.notOk(wants(text, what), text);
});

test("towards the hosts is the other way on a CE", async (t) => {
  const ce = contextOf(CE_T);
  t.same([wants("in", TRANSLATED, ce), wants("out", TRANSLATED, ce)], [true, false]);
  t.same([wants("in", seen([DOWN]), ce), wants("out", seen([DOWN]), ce)], [false, true]);
});

test("a tunnel's inner addresses, protocol and ports count", async (t) => {
  const context = contextOf(BR_E);
  t.ok(wants("host 198.51.100.9 and port 53 and proto udp", seen([TUNNELLED]), context));
  const short = ipv6({ src: CE, dst: "2001:db8:ffff::1" }, cut(encapsulated(UP_AFTER), 12));
  t.notOk(wants("host 198.51.100.9", seen([short]), context));
});

const REFUSED: readonly (readonly [string, RegExp])[] = [
  ["hst 192.0.2.1", /"hst" begins no term; there are: host ADDRESS/],
  ["host", /host ""; write host ADDRESS/],
  ["host 192.0.2.256", /host "192.0.2.256"/],
  ["net 192.0.2.0", /write net PREFIX/],
  ["ce 192.0.2.0/24", /write ce PREFIX/],
  ["port 65536", /write port N/],
  ["port -1", /write port N/],
  ["proto 256", /write proto/],
  ["proto sctpp", /write proto/],
  ["reason too_large", /write reason NAME/],
  ["and port 53", /"and" begins no term/],
  ["port 53 and", /"and" begins no term/],
];

test("text that is no filter is refused with what it should be", async (t) => {
  for (const [text, message] of REFUSED) {
    const parsed = parseFilter(text.split(" "));
    t.equal(parsed.ok, false, text);
    t.match(parsed.diagnostics[0]?.message, message);
  }
});

test("a filter with a reason is about dropped packets alone", async (t) => {
  const of = (...words: string[]): boolean => {
    const parsed = parseFilter(words);
    return parsed.ok && new Filter(parsed.value).dropsOnly;
  };
  t.equal(of("port", "53", "reason", "too_big"), true);
  t.equal(of("port", "53"), false);
});
