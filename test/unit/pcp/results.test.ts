/* Every result of PCP by its number, and the lifetime that goes with it (RFC 6887 §7.4). */
import { test } from "tap";
import type { MapRefusal } from "../../../src/nat44/records.js";
import type { ResponderSettings } from "../../../src/pcp/port-mapper.js";
import { RESULTS } from "../../../src/pcp/results.js";
import {
  FILTER,
  type MapAsk,
  mapped,
  mapRequest,
  option,
  type PeerAsk,
  PREFER_FAILURE,
  peerRequest,
  THIRD_PARTY,
} from "../../support/pcp-client.js";
import { HOST, NEIGHBOUR, PcpBench } from "../../support/pcp-responder.js";

const SHORT = 30;
const LONG = 1800;
const MAP = { client: HOST, lifetime: 3600, protocol: 17, port: 5000 };
const PEER = { ...MAP, remote: "198.51.100.9", remotePort: 443 };
const PREFER = { options: option(PREFER_FAILURE) };

interface Case {
  readonly name: string;
  readonly map?: Partial<MapAsk>;
  readonly peer?: Partial<PeerAsk>;
  readonly settings?: Partial<ResponderSettings>;
  /** What NAT44 says. */
  readonly refusal?: MapRefusal;
  readonly result: number;
  readonly lifetime: number;
}

const cases: readonly Case[] = [
  { name: "MAP granted", map: {}, result: 0, lifetime: 3600 },
  { name: "a short lifetime becomes 120 s", map: { lifetime: 1 }, result: 0, lifetime: 120 },
  {
    name: "a long one the most allowed",
    map: { lifetime: 0xffffffff },
    result: 0,
    lifetime: 86400,
  },
  { name: "all ports", map: { port: 0 }, result: 9, lifetime: LONG },
  { name: "all protocols", map: { protocol: 0, port: 0 }, result: 9, lifetime: LONG },
  { name: "SCTP", map: { protocol: 132 }, result: 9, lifetime: LONG },
  { name: "SCTP, deletion", map: { protocol: 132, lifetime: 0 }, result: 9, lifetime: LONG },
  {
    name: "SCTP, all deleted",
    map: { protocol: 132, port: 0, lifetime: 0 },
    result: 9,
    lifetime: LONG,
  },
  { name: "nothing to delete", map: { lifetime: 0 }, result: 0, lifetime: 0 },
  { name: "no port left", map: {}, refusal: "no-free-port", result: 8, lifetime: SHORT },
  { name: "no room left", map: {}, refusal: "table-full", result: 8, lifetime: SHORT },
  {
    name: "too many ports of the host",
    map: {},
    refusal: "host-quota",
    result: 10,
    lifetime: SHORT,
  },
  {
    name: "not NAT44's protocol",
    map: {},
    refusal: "unsupported-protocol",
    result: 9,
    lifetime: LONG,
  },
  { name: "in use, no insisting", map: {}, refusal: "port-in-use", result: 8, lifetime: SHORT },
  {
    name: "in use, by a dynamic mapping",
    map: {},
    refusal: "endpoint-in-use",
    result: 8,
    lifetime: SHORT,
  },
  { name: "FILTER", map: { options: option(FILTER, "00".repeat(20)) }, result: 5, lifetime: LONG },
  {
    name: "the port of the suggestion, insisting",
    map: { suggestedPort: 1233, ...PREFER },
    result: 0,
    lifetime: 3600,
  },
  {
    name: "insisting on a port outside the set: never",
    map: { suggestedPort: 8080, ...PREFER },
    result: 11,
    lifetime: LONG,
  },
  {
    name: "insisting on a port of somebody else",
    map: { suggestedPort: 1233, ...PREFER },
    refusal: "port-in-use",
    result: 11,
    lifetime: SHORT,
  },
  {
    name: "insisting on another port than a dynamic mapping has",
    map: { suggestedPort: 1233, ...PREFER },
    refusal: "endpoint-in-use",
    result: 11,
    lifetime: SHORT,
  },
  {
    name: "insisting on an address that is not ours",
    map: { suggestedAddress: "203.0.113.5", ...PREFER },
    result: 11,
    lifetime: LONG,
  },
  {
    name: "suggesting an address that is not ours",
    map: { suggestedAddress: "203.0.113.5" },
    result: 0,
    lifetime: 3600,
  },
  { name: "insisting on nothing", map: PREFER, result: 0, lifetime: 3600 },
  {
    name: "PREFER_FAILURE twice",
    map: { options: option(PREFER_FAILURE).repeat(2) },
    result: 6,
    lifetime: LONG,
  },
  {
    name: "PREFER_FAILURE with data",
    map: { options: option(PREFER_FAILURE, "00000000") },
    result: 6,
    lifetime: LONG,
  },
  {
    name: "THIRD_PARTY, not allowed",
    map: { options: option(THIRD_PARTY, mapped(NEIGHBOUR)) },
    result: 5,
    lifetime: LONG,
  },
  {
    name: "THIRD_PARTY, allowed",
    settings: { thirdParty: true },
    map: { options: option(THIRD_PARTY, mapped(NEIGHBOUR)) },
    result: 0,
    lifetime: 3600,
  },
  {
    name: "THIRD_PARTY that is the first",
    settings: { thirdParty: true },
    map: { options: option(THIRD_PARTY, mapped(HOST)) },
    result: 3,
    lifetime: LONG,
  },
  {
    name: "THIRD_PARTY outside the LAN",
    settings: { thirdParty: true },
    map: { options: option(THIRD_PARTY, mapped("10.0.0.1")) },
    result: 2,
    lifetime: LONG,
  },
  {
    name: "THIRD_PARTY of IPv6",
    settings: { thirdParty: true },
    map: { options: option(THIRD_PARTY, "20010db8".padEnd(32, "0")) },
    result: 2,
    lifetime: LONG,
  },
  {
    name: "THIRD_PARTY too short",
    settings: { thirdParty: true },
    map: { options: option(THIRD_PARTY, "c0a8010b") },
    result: 6,
    lifetime: LONG,
  },
  {
    name: "quota of the responder",
    settings: { maxMappingsPerHost: 0 },
    map: {},
    result: 10,
    lifetime: SHORT,
  },
  { name: "PEER granted", peer: {}, result: 0, lifetime: 3600 },
  { name: "PEER cannot delete", peer: { lifetime: 0 }, result: 0, lifetime: 120 },
  { name: "PEER of all protocols", peer: { protocol: 0 }, result: 3, lifetime: LONG },
  { name: "PEER of all ports", peer: { port: 0 }, result: 3, lifetime: LONG },
  { name: "PEER to no port", peer: { remotePort: 0 }, result: 3, lifetime: LONG },
  { name: "PEER of SCTP", peer: { protocol: 132 }, result: 9, lifetime: LONG },
  { name: "PEER with PREFER_FAILURE", peer: PREFER, result: 3, lifetime: LONG },
  { name: "PEER with the right port", peer: { suggestedPort: 1232 }, result: 0, lifetime: 3600 },
  { name: "PEER with another port", peer: { suggestedPort: 1233 }, result: 11, lifetime: SHORT },
  {
    name: "PEER with another address",
    peer: { suggestedAddress: "203.0.113.5" },
    result: 11,
    lifetime: LONG,
  },
  { name: "PEER, no port left", peer: {}, refusal: "no-free-port", result: 8, lifetime: SHORT },
];

for (const { name, map, peer, settings, refusal = null, result, lifetime } of cases) {
  test(name, async (t) => {
    const bench = new PcpBench(settings);
    bench.mapper.refusal = refusal;
    const bytes =
      peer === undefined ? mapRequest({ ...MAP, ...map }) : peerRequest({ ...PEER, ...peer });
    const answer = await bench.ask(bytes);
    t.match(answer, { opcode: peer === undefined ? 1 : 2, result, lifetime, epoch: 0 });
    t.same(bench.faults, []);
  });
}

test("PEER to an IPv6 address", async (t) => {
  const bench = new PcpBench();
  const bytes = peerRequest(PEER);
  bytes.set([0x20, 0x01, 0x0d, 0xb8], 64);
  t.match(await bench.ask(bytes), { opcode: 2, result: 9, lifetime: LONG });
});

test("a NAT44 that does not answer is NO_RESOURCES, and told", async (t) => {
  const bench = new PcpBench();
  bench.mapper.isDead = true;
  t.match(await bench.ask(mapRequest(MAP)), { opcode: 1, result: 8, lifetime: SHORT, port: 5000 });
  t.equal(bench.faults.length, 1);
  bench.mapper.isDead = false;
  t.match(await bench.ask(mapRequest(MAP)), { result: 0, externalPort: 1232 });
});

test("the numbers are those of RFC 6887 §7.4", async (t) => {
  t.same(
    Object.values(RESULTS).map(({ code }) => code),
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13],
  );
  const short = Object.entries(RESULTS).filter(([, { lifetimeS }]) => lifetimeS === SHORT);
  t.same(
    short.map(([name]) => name),
    ["NETWORK_FAILURE", "NO_RESOURCES", "USER_EX_QUOTA", "CANNOT_PROVIDE_EXTERNAL"],
  );
});
