/* What happens to mappings over time: nonces, renewals, deletions, quotas, what others have made, what gets lost. */
import { test } from "tap";
import {
  announceRequest,
  type MapAsk,
  mapped,
  mapRequest,
  natPmpRequest,
  option,
  type PcpAnswer,
  PREFER_FAILURE,
  peerRequest,
  THIRD_PARTY,
  toHex,
} from "../../support/pcp-client.js";
import { addressOf, HOST, NEIGHBOUR, PcpBench, SETTINGS } from "../../support/pcp-responder.js";

const [MINE, OTHER] = ["aa".repeat(12), "bb".repeat(12)];
const TCP = 6;
const UDP = 17;
const MAP = { client: HOST, lifetime: 600, nonce: MINE, protocol: TCP, port: 5000 };
const PEER = { ...MAP, remote: "198.51.100.9", remotePort: 443 };

function map(bench: PcpBench, ask: Partial<MapAsk> = {}): Promise<PcpAnswer> {
  return bench.ask(mapRequest({ ...MAP, ...ask }), ask.client);
}

function remove(bench: PcpBench, ask: Partial<MapAsk> = {}): Promise<PcpAnswer> {
  return map(bench, { lifetime: 0, ...ask });
}

test("NAT44 is asked for what the client wants", async (t) => {
  const bench = new PcpBench();
  await map(bench, { suggestedPort: 1234 });
  await map(bench, { port: 5001, suggestedPort: 1234, options: option(PREFER_FAILURE) });
  await bench.ask(peerRequest({ ...PEER, suggestedPort: 1232 }));
  const common = { protocol: TCP, insideAddress: addressOf(HOST), lifetimeMs: 600_000 };
  const pcp = { ...common, externalPort: 1234, origin: "pcp" };
  const remote = { remoteAddress: addressOf("198.51.100.9"), remotePort: 443 };
  t.same(bench.mapper.asked, [
    { ...pcp, insidePort: 5000, exact: false },
    { ...pcp, insidePort: 5001, exact: true },
    { ...common, insidePort: 5000, ...remote, externalPort: 1232 },
  ]);
});

test("a renewal keeps the port, whatever it suggests, and lengthens the life", async (t) => {
  const bench = new PcpBench();
  t.match(await map(bench), { result: 0, externalPort: 1232, lifetime: 600 });
  bench.nowMs = 599_000;
  t.match(await map(bench, { suggestedPort: 1235 }), { result: 0, externalPort: 1232 });
  bench.nowMs = 1_198_000;
  t.match(await map(bench, { nonce: OTHER }), { result: 2, lifetime: 1 }, "1 s is left");
  bench.nowMs = 1_199_000;
  t.match(await map(bench, { nonce: OTHER }), { result: 0 }, "the lease is over");
});

test("a renewal that insists on another port is refused", async (t) => {
  const bench = new PcpBench();
  await map(bench);
  const insisting = { options: option(PREFER_FAILURE) };
  t.match(await map(bench, { suggestedPort: 1233, ...insisting }), { result: 11, lifetime: 30 });
  t.match(await map(bench, { suggestedPort: 1232, ...insisting }), { result: 0 });
  t.same(bench.mapper.ports, [[5000, 1232]]);
});

test("who has another nonce can neither renew nor delete", async (t) => {
  const bench = new PcpBench();
  await map(bench);
  const refusal = { result: 2, lifetime: 600, nonce: OTHER, port: 5000 };
  t.match(await map(bench, { nonce: OTHER }), refusal);
  t.match(await remove(bench, { nonce: OTHER }), refusal);
  t.match(await remove(bench, { nonce: OTHER, port: 0 }), { result: 2 });
  t.same(bench.mapper.ports, [[5000, 1232]]);
  t.match(await remove(bench), { result: 0, lifetime: 0 });
  t.same(bench.mapper.ports, []);
  t.match(await remove(bench), { result: 0, lifetime: 0 }, "again, to no effect");
});

test("the same endpoint has one mapping for each protocol", async (t) => {
  const bench = new PcpBench();
  await map(bench);
  t.match(await map(bench, { protocol: UDP, nonce: OTHER }), { result: 0, externalPort: 1232 });
  t.match(await remove(bench, { protocol: UDP }), { result: 2 });
});

test("protocol 0 and port 0 delete all that has the nonce", async (t) => {
  const bench = new PcpBench();
  await map(bench);
  await map(bench, { port: 5001 });
  await map(bench, { port: 5002, protocol: UDP, nonce: OTHER });
  await map(bench, { client: NEIGHBOUR });
  t.match(await remove(bench, { port: 0, protocol: UDP }), { result: 2 }, "none of UDP is ours");
  t.match(await remove(bench, { port: 0 }), { result: 0, lifetime: 0, port: 0 });
  t.same(bench.mapper.ports, [
    [5002, 1232],
    [5000, 1234],
  ]);
  // RFC 6887 §11.1: with protocol 0 the port is ignored.
  t.match(await remove(bench, { port: 7, protocol: 0, nonce: OTHER }), { result: 0, protocol: 0 });
  t.same(bench.mapper.ports, [[5000, 1234]], "the neighbour's stays");
});

test("a host has as many mappings as it may, of MAP and PEER", async (t) => {
  const bench = new PcpBench();
  await map(bench);
  await map(bench, { port: 5001 });
  t.match(await bench.ask(peerRequest({ ...PEER, port: 5002 })), { result: 0 });
  t.match(await map(bench, { port: 5003 }), { result: 10, lifetime: 30 });
  t.match(await bench.ask(peerRequest({ ...PEER, remotePort: 80 })), { result: 10 });
  t.match(await map(bench, { port: 5001 }), { result: 0 }, "a renewal is none more");
  t.match(await map(bench, { client: NEIGHBOUR }), { result: 0 }, "and others have their own");
  await remove(bench);
  t.match(await map(bench, { port: 5003 }), { result: 0 });
  bench.nowMs = 601_000;
  t.match(await map(bench, { port: 5004 }), { result: 0 }, "what is over does not count");
});

test("a static mapping is told, not taken, and not deleted", async (t) => {
  const bench = new PcpBench();
  bench.mapper.add(TCP, addressOf(HOST), 5000, 1235, "config", null);
  t.match(await map(bench), { result: 0, externalPort: 1235, lifetime: 600, nonce: MINE });
  t.match(await map(bench, { nonce: OTHER }), { result: 0, externalPort: 1235 }, "for all nonces");
  const insisting = { options: option(PREFER_FAILURE), suggestedPort: 1232 };
  t.match(await map(bench, insisting), { result: 11 });
  t.match(await map(bench, { ...insisting, suggestedPort: 1235 }), { result: 0 });
  t.match(await remove(bench), { result: 2, lifetime: 1800 });
  t.match(await remove(bench, { port: 0 }), { result: 0 }, "all but the static one are gone");
  t.same(bench.mapper.ports, [[5000, 1235]]);
});

test("a static mapping in the place of the host's own is not its to delete", async (t) => {
  const bench = new PcpBench();
  await map(bench);
  await map(bench, { port: 5001 });
  bench.mapper.rows = [];
  bench.mapper.add(TCP, addressOf(HOST), 5000, 1235, "operator", null);
  bench.mapper.add(TCP, addressOf(HOST), 5001, 1234, "operator", null);
  t.match(await map(bench), { result: 0, externalPort: 1235 });
  t.match(await remove(bench), { result: 2, lifetime: 1800 });
  t.match(await remove(bench, { port: 0 }), { result: 0 });
  t.equal(bench.mapper.rows.length, 2);
});

test("a deletion that NAT44 does not answer leaves the mapping to its nonce", async (t) => {
  const bench = new PcpBench();
  await map(bench);
  bench.mapper.isDead = true;
  t.match(await remove(bench), { result: 8, lifetime: 30 });
  bench.mapper.isDead = false;
  t.match(await remove(bench, { nonce: OTHER }), { result: 2 });
  t.match(await remove(bench), { result: 0 });
});

test("NAT44 is asked for all its mappings once a second at most", async (t) => {
  const bench = new PcpBench();
  for (let ms = 0; ms < 2500; ms += 100) {
    bench.nowMs = ms;
    await remove(bench);
  }
  t.equal(bench.mapper.listed, 3);
});

test("PEER never shortens, and knows its nonce", async (t) => {
  const bench = new PcpBench();
  t.match(await bench.ask(peerRequest(PEER)), { result: 0, lifetime: 600 });
  bench.nowMs = 100_000;
  t.match(await bench.ask(peerRequest({ ...PEER, lifetime: 0 })), { result: 0, lifetime: 500 });
  t.match(await bench.ask(peerRequest({ ...PEER, nonce: OTHER })), { result: 2, lifetime: 500 });
  const elsewhere = { ...PEER, nonce: OTHER, remotePort: 80 };
  t.match(
    await bench.ask(peerRequest(elsewhere)),
    { result: 0 },
    "another connection, another nonce",
  );
});

test("with THIRD_PARTY a mapping is the other host's", async (t) => {
  const bench = new PcpBench({ thirdParty: true });
  const options = option(THIRD_PARTY, mapped(NEIGHBOUR));
  t.match(await map(bench, { options }), { result: 0, rest: options });
  t.equal(bench.mapper.rows[0]?.insideAddress, addressOf(NEIGHBOUR));
  t.match(await map(bench, { client: NEIGHBOUR, nonce: OTHER }), { result: 2 });
  t.match(await remove(bench, { options }), { result: 0 });
  t.same(bench.mapper.ports, []);
});

test("PCP and NAT-PMP do not touch each other's mappings", async (t) => {
  const bench = new PcpBench();
  await map(bench);
  const taken = toHex(await bench.send(natPmpRequest(2, 5000, 0, 600)));
  t.equal(taken, `00820002${"00".repeat(4)}1388${"00".repeat(6)}`);
  await bench.send(natPmpRequest(2, 5001, 0, 600));
  t.match(await map(bench, { port: 5001 }), { result: 2, lifetime: 600 });
});

test("mappings from before a restart wait for their host's nonce", async (t) => {
  const bench = new PcpBench();
  bench.mapper.add(TCP, addressOf(HOST), 5000, 1234, "pcp", 300_000);
  bench.mapper.add(TCP, addressOf(HOST), 5001, 1235, "operator", null);
  t.equal(await bench.responder.align(bench.nowMs), false, "nothing is lost");
  t.match(await map(bench, { client: NEIGHBOUR, suggestedPort: 1234 }), { externalPort: 1232 });
  t.match(await map(bench, { suggestedPort: 1235 }), { result: 0, externalPort: 1234 });
  t.match(await map(bench, { nonce: OTHER }), { result: 2 }, "from then on it is the nonce's");
});

test("after a loss the epoch begins anew and the lease is free", async (t) => {
  const bench = new PcpBench();
  await map(bench);
  await map(bench, { port: 5001 });
  await bench.ask(peerRequest(PEER));
  bench.nowMs = 5000;
  t.equal(await bench.responder.align(bench.nowMs), false);
  t.match(await bench.ask(announceRequest(HOST)), { opcode: 0, result: 0, epoch: 5 });
  bench.mapper.rows = bench.mapper.rows.slice(0, 1);
  t.equal(await bench.responder.align(bench.nowMs), true, "a mapping is gone");
  bench.nowMs = 6000;
  t.match(await bench.ask(announceRequest(HOST)), { epoch: 1 });
  t.match(await map(bench, { nonce: OTHER }), { result: 2 }, "the other one is there");
  t.match(await map(bench, { port: 5001, nonce: OTHER }), { result: 0 });
});

test("a mapping that came back with another port is lost, too", async (t) => {
  const bench = new PcpBench();
  await map(bench);
  bench.mapper.rows = [];
  bench.mapper.add(TCP, addressOf(HOST), 5000, 1235, "pcp", 300_000);
  t.equal(await bench.responder.align(bench.nowMs), true);
});

test("with another external address everything begins anew", async (t) => {
  const bench = new PcpBench();
  await map(bench);
  bench.nowMs = 5000;
  bench.mapper.rows = [];
  await bench.responder.configure({ ...SETTINGS, externalAddress: addressOf("192.0.2.19") });
  t.match(await bench.ask(announceRequest(HOST)), { epoch: 5 }, "as long as nothing is lost");
  await bench.responder.beginAnew(bench.nowMs);
  t.match(await map(bench, { nonce: OTHER }), {
    result: 0,
    epoch: 0,
    external: mapped("192.0.2.19"),
  });
  bench.nowMs = 7000;
  t.same(bench.responder.announcements(bench.nowMs).map(toHex), [
    `0280000000000000${"00000002"}${"00".repeat(12)}`,
    `00800000${"00000002"}c0000213`,
  ]);
});

test("without NAT-PMP there is no announcement of it", async (t) => {
  const bench = new PcpBench({ natPmp: false });
  t.equal(bench.responder.announcements(0).length, 1);
});

test("requests are answered one after the other", async (t) => {
  const bench = new PcpBench();
  const all = await Promise.all([map(bench), map(bench, { nonce: OTHER }), remove(bench)]);
  t.same(
    all.map(({ result }) => result),
    [0, 2, 0],
  );
  t.same(bench.mapper.ports, []);
});
