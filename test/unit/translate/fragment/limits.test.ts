import { test } from "tap";
import { PortCacheBench } from "../../../support/fragment-bench.js";
import { fragment, fragments } from "../../../support/fragments.js";
import * as build from "../../../support/packet-builder.js";

/** [0, 1000), [1000, 2000), [2000, 3008). */
const EDGES = [1000, 2000];

function udp(len: number): build.Payload {
  return build.udp({ sport: 1232, dport: 53, data: build.pattern(len) });
}

function of4(payload: build.Payload, src = "198.51.100.9"): Uint8Array {
  return build.ipv4({ src, dst: "192.0.2.18", df: false }, payload);
}

test("a full table refuses other sources and evicts none of theirs", (t) => {
  const bench = new PortCacheBench({ datagrams: 4, datagramsPerSource: 4 });
  const at = (host: number, id: number): Uint8Array =>
    fragment(of4(udp(3000), `198.51.100.${host}`), id, { start: 1000, end: 2000 });
  for (let host = 1; host <= 4; host++) t.equal(bench.feed(at(host, 1)), "held");
  t.equal(bench.feed(at(5, 1)), "fragment_limit");
  t.same(bench.lost, []);
  t.equal(
    bench.feed(at(2, 2)),
    "held",
    "a source's new datagram takes the place of its own oldest",
  );
  t.same(bench.lost, ["fragment_limit 4"]);
  t.equal(bench.feed(at(5, 1), 30_000), "held", "time makes room");
  t.equal(bench.cache.datagrams, 1);
  t.end();
});

test("memory is bounded, in all and for a source", (t) => {
  const bench = new PortCacheBench({ memory: 3 * 2048, memoryPerSource: 2 * 2048 });
  const from = (host: number, start: number, len: number): string => {
    const whole = of4(udp(9000), `198.51.100.${host}`);
    return bench.feed(fragment(whole, 1, { start, end: start + len }));
  };
  t.equal(from(1, 800, 800), "held");
  t.equal(from(1, 1600, 800), "held");
  t.equal(from(1, 2400, 800), "fragment_limit", "a third block for one source");
  t.equal(from(2, 800, 2048), "fragment_limit", "two blocks, one is left");
  t.equal(bench.cache.datagrams, 1, "a refused fragment leaves no datagram behind");
  t.equal(from(2, 800, 800), "held");
  t.equal(from(3, 800, 800), "fragment_limit");
  const whole = of4(udp(9000), "198.51.100.1");
  t.equal(bench.feed(fragment(whole, 1, { start: 0, end: 800 })), "1232 53");
  t.equal(bench.take().length, 2);
  t.equal(from(3, 800, 800), "held", "what was handed back is free again");
  t.end();
});

test("a datagram has a bounded number of fragments", (t) => {
  const bench = new PortCacheBench({ fragmentsPerDatagram: 4 });
  const whole = of4(udp(3000));
  for (let i = 0; i < 4; i++) {
    t.equal(bench.feed(fragment(whole, 1, { start: 80 * i, end: 80 * i + 80 })), "1232 53");
  }
  t.equal(bench.feed(fragment(whole, 1, { start: 320, end: 400 })), "fragment_limit");
  t.equal(bench.feed(fragment(whole, 1, { start: 0, end: 80 })), "fragment_duplicate");
  t.end();
});

test("a place in the table keeps nothing of the datagram before", (t) => {
  const bench = new PortCacheBench({ datagrams: 2, datagramsPerSource: 1 });
  const pieces = fragments(of4(udp(3000)), 1, EDGES);
  for (let round = 0; round < 3; round++) {
    const nowMs = round * 30_000;
    t.equal(bench.feed(pieces[0]!, nowMs), "1232 53");
    const overlap = fragment(of4(udp(3000)), 1, { start: 8, end: 1600 });
    t.equal(bench.feed(overlap, nowMs), "fragment_overlap");
    t.equal(bench.feed(pieces[1]!, nowMs), "fragment_overlap");
  }
  for (let host = 1; host < 100; host++) {
    const of = fragments(of4(udp(3000), `198.51.100.${host}`), 1, EDGES);
    t.same(
      [1, 0, 2].map((i) => bench.feed(of[i]!, 90_000)),
      ["held", "1232 53", "1232 53"],
    );
    t.equal(bench.take().length, 1);
  }
  t.equal(bench.cache.datagrams, 0);
  t.end();
});
