/* Whatever arrives, the responder lives, and says nothing or a well-formed response to the same opcode. */
import fc from "fast-check";
import { test } from "tap";
import { mapRequest, natPmpRequest, peerRequest } from "../../support/pcp-client.js";
import { HOST, PcpBench } from "../../support/pcp-responder.js";

const RUNS = 20_000;
const MAX_LEN = 1100;

const anything = fc.uint8Array({ maxLength: 1300 });
const port = fc.integer({ min: 0, max: 3 });
const nonce = fc.constantFrom("00".repeat(12), "aa".repeat(12));
const protocol = fc.constantFrom(0, 6, 17, 132);
const ask = fc.record({
  client: fc.constant(HOST),
  lifetime: fc.constantFrom(0, 1, 120, 3600, 0xffffffff),
  nonce,
  protocol,
  port,
  suggestedPort: fc.integer({ min: 1230, max: 1237 }),
  suggestedAddress: fc.constantFrom("0.0.0.0", "192.0.2.18", "192.0.2.19"),
  options: fc.constantFrom(
    "",
    "02000000",
    "0100001000",
    "80000003aabbcc00",
    "03000014",
    `03000014${"00".repeat(20)}`,
  ),
});
const remote = { remote: "198.51.100.9", remotePort: 443 };
const meant = fc.oneof(
  ask.map(mapRequest),
  ask.map((one) => peerRequest({ ...one, ...remote })),
);
const natPmp = fc
  .tuple(fc.nat(3), port, fc.constantFrom(0, 1232, 8080), fc.constantFrom(0, 60, 0xffffffff))
  .map((fields) => natPmpRequest(...fields));
/** A request with one byte of it another, or cut short. */
const damaged = fc
  .tuple(meant, fc.nat(), fc.nat(255), fc.nat(100))
  .map(([bytes, at, value, cut]) => {
    const copy = Uint8Array.from(bytes);
    copy[at % copy.length] = value;
    return cut < 10 ? copy.subarray(0, copy.length - cut) : copy;
  });
/** The first two bytes of what follows make it one of the messages that there are. */
const headed = fc
  .tuple(fc.constantFrom(0, 2), fc.nat(4), anything)
  .map(([version, opcode, rest]) => Uint8Array.from([version, opcode, ...rest]));

function faultOf(request: Uint8Array, answer: Uint8Array): string | null {
  const [version = 0, opcode = 0] = request;
  const [toldVersion, toldOpcode] = answer;
  if (opcode >= 0x80) return "an answer to a response";
  if (toldOpcode !== (opcode | 0x80)) return "another opcode";
  if (version === 0) return [8, 12, 16].includes(answer.length) ? null : "length of NAT-PMP";
  if (toldVersion !== 2) return "version";
  return answer.length >= 24 && answer.length <= MAX_LEN && answer.length % 4 === 0
    ? null
    : "length";
}

test("random and damaged requests", async (t) => {
  const given = process.env.MAPD_TEST_SEED;
  const seed = given === undefined ? Date.now() & 0x7fffffff : Number(given);
  t.comment(`MAPD_TEST_SEED=${seed}, ${RUNS} runs`);
  const bench = new PcpBench({ thirdParty: true, maxMappingsPerHost: 5 });
  const told = new Set<string>();
  const request = fc.oneof(anything, headed, meant, damaged, natPmp);
  const holds = async (bytes: Uint8Array): Promise<boolean> => {
    bench.nowMs += 997;
    const answer = await bench.send(bytes);
    if (answer === null) return true;
    told.add(`${answer[0]} ${answer[3]}`);
    const fault = faultOf(bytes, answer);
    if (fault !== null) throw new Error(fault);
    return true;
  };
  await fc.assert(fc.asyncProperty(request, holds), { seed, numRuns: RUNS });
  t.same(bench.faults, []);
  const results = [0, 1, 2, 3, 4, 5, 6, 9, 10, 11, 12];
  for (const result of results) t.ok(told.has(`2 ${result}`), `PCP has said ${result}`);
  for (const result of [0, 2, 5]) t.ok(told.has(`0 ${result}`), `NAT-PMP has said ${result}`);
});
