/* Whole messages of NAT-PMP, written down from RFC 6886. */
import { test } from "tap";
import type { MapRefusal } from "../../../src/nat44/records.js";
import { hex, natPmpRequest, toHex } from "../../support/pcp-client.js";
import { addressOf, HOST, PcpBench } from "../../support/pcp-responder.js";

const cases: readonly {
  readonly name: string;
  readonly request: string;
  readonly response: string | null;
  readonly refusal?: MapRefusal;
  readonly natPmp?: boolean;
}[] = [
  { name: "external address, §3.2", request: "0000", response: "0080 0000 00000007 c0000212" },
  {
    name: "external address, with more behind",
    request: "0000 0000",
    response: "0080 0000 00000007 c0000212",
  },
  {
    name: "UDP, §3.3",
    request: "0001 0000 1f90 0000 00000e10",
    response: "0081 0000 00000007 1f90 04d0 00000e10",
  },
  {
    name: "TCP with a suggestion",
    request: "0002 0000 1f90 04d2 00000e10",
    response: "0082 0000 00000007 1f90 04d2 00000e10",
  },
  {
    name: "a suggestion that cannot be had",
    request: "0002 0000 1f90 1f90 00000e10",
    response: "0082 0000 00000007 1f90 04d0 00000e10",
  },
  {
    name: "a short lifetime is not lengthened",
    request: "0001 0000 1f90 0000 0000001e",
    response: "0081 0000 00000007 1f90 04d0 0000001e",
  },
  {
    name: "a long lifetime is cut",
    request: "0001 0000 1f90 0000 ffffffff",
    response: "0081 0000 00000007 1f90 04d0 00015180",
  },
  {
    name: "deletion of what is not there, §3.4",
    request: "0002 0000 1f90 04d0 00000000",
    response: "0082 0000 00000007 1f90 0000 00000000",
  },
  {
    name: "deletion of all that is not there",
    request: "0002 0000 0000 0000 00000000",
    response: "0082 0000 00000007 0000 0000 00000000",
  },
  {
    name: "port 0",
    request: "0002 0000 0000 0000 00000e10",
    response: "0082 0002 00000007 0000 0000 00000000",
  },
  {
    name: "out of resources",
    request: "0001 0000 1f90 0000 00000e10",
    refusal: "no-free-port",
    response: "0081 0004 00000007 1f90 0000 00000000",
  },
  { name: "unsupported opcode, §3.5", request: "0003", response: "0083 0005 00000007" },
  {
    name: "silence: a mapping without its end",
    request: "0001 0000 1f90 0000 0000",
    response: null,
  },
  { name: "silence: a response", request: "0080 0000", response: null },
  {
    name: "where it is off, a version that PCP does not know (RFC 6887 App. A)",
    natPmp: false,
    request: "0000",
    response: `0280 0001 00000708 00000007 ${"00".repeat(12)}`,
  },
  {
    name: "where it is off, a mapping is none",
    natPmp: false,
    request: "0001 0000 1f90 0000 00000e10",
    response: `0281 0001 00000708 00000007 ${"00".repeat(12)}`,
  },
];

for (const { name, request, response, refusal = null, natPmp = true } of cases) {
  test(name, async (t) => {
    const bench = new PcpBench({ natPmp });
    bench.nowMs = 7999;
    bench.mapper.refusal = refusal;
    const answer = await bench.send(hex(request));
    t.equal(toHex(answer), response === null ? null : toHex(hex(response)));
    t.same(bench.faults, []);
  });
}

test("a mapping is added, renewed and deleted", async (t) => {
  const bench = new PcpBench();
  await bench.send(natPmpRequest(2, 8080, 0, 3600));
  await bench.send(natPmpRequest(2, 8080, 1235, 7200));
  t.match(bench.mapper.rows, [
    { protocol: 6, insidePort: 8080, externalPort: 1232, remainingMs: 7_200_000 },
  ]);
  await bench.send(natPmpRequest(2, 8080, 0, 0));
  t.same(bench.mapper.rows, []);
});

test("port 0 with lifetime 0 deletes all of a protocol", async (t) => {
  const bench = new PcpBench();
  for (const opcode of [1, 2, 2]) {
    await bench.send(natPmpRequest(opcode, 8080 + bench.mapper.rows.length, 0, 3600));
  }
  await bench.send(natPmpRequest(2, 0, 0, 0));
  t.match(bench.mapper.rows, [{ protocol: 17, insidePort: 8080 }]);
});

test("a static mapping is told, not deleted", async (t) => {
  const bench = new PcpBench();
  bench.mapper.add(6, addressOf(HOST), 22, 1235, "operator", null);
  const told = toHex(await bench.send(natPmpRequest(2, 22, 0, 60)));
  t.equal(told, "0082000000000000001604d30000003c");
  const kept = toHex(await bench.send(natPmpRequest(2, 22, 0, 0)));
  t.equal(kept, "00820002000000000016000000000000");
});

test("a NAT44 that does not answer is out of resources", async (t) => {
  const bench = new PcpBench();
  bench.mapper.isDead = true;
  const answer = toHex(await bench.send(natPmpRequest(1, 8080, 0, 60)));
  t.equal(answer, "00810004000000001f90000000000000");
  t.equal(bench.faults.length, 1);
});
