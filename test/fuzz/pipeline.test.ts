/**
 * A short run of the fuzzer. MAPD_FUZZ_SECONDS (20, or 60 where CI is true) bounds it, MAPD_TEST_SEED repeats
 * one. `npm run fuzz` runs for as long as it is told.
 */
import { type Test, t as tap, test } from "tap";
import { DROPS } from "../../src/verdict.js";
import { settingsOf } from "../golden/run-case.js";
import { describeFault, Fuzzer } from "./fuzzer.js";

const SECONDS = Number(process.env.MAPD_FUZZ_SECONDS ?? (process.env.CI === "true" ? 60 : 20));
const SEED = Number(process.env.MAPD_TEST_SEED ?? Date.now() & 0x7fffffff);
/** Fewer than this in the time given means that the fuzzer itself is broken. */
const LEAST_PACKETS = 5000;

tap.setTimeout((SECONDS + 40) * 1000);

function run(t: Test): void {
  const fuzzer = new Fuzzer(SEED, settingsOf);
  const until = Date.now() + SECONDS * 1000;
  do fuzzer.epoch();
  while (Date.now() < until && fuzzer.faults.length < 5);
  const { totals } = fuzzer;
  t.comment(`MAPD_TEST_SEED=${SEED}: ${JSON.stringify(totals)}`);
  t.same(fuzzer.faults.slice(0, 5).map(describeFault), []);
  t.ok(totals.packets >= LEAST_PACKETS, `${LEAST_PACKETS} packets or more`);
  t.ok(totals.forwarded > totals.packets / 50, "mutations are not all refused at once");
  t.ok(totals.absorbed > 0, "some datagrams are put together, some super-packets cut");
  t.ok(fuzzer.verdicts.size > DROPS.length / 4, "many reasons to drop are met");
}

test("mutated packets never break the packet path", async (t) => run(t));
