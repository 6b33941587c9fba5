/** A border relay with few and with many rules, each packet of another one: what waiting for memory costs it. */
import { COUNTER_COUNT, COUNTERS } from "../../../src/counters.js";
import { seededRandom } from "../../../src/explain/seeded-random.js";
import { compileRules, createPipeline } from "../../../src/pipeline/create.js";
import { HEADROOM, type Pipeline } from "../../../src/pipeline/packet-io.js";
import { Arena, SLOT_LEN } from "../../../src/tun/arena.js";
import { BatchLoop } from "../../../src/tun/batch-loop.js";
import { formatIpv4, formatIpv6 } from "../../../src/wire/address.js";
import type { Offloaded } from "../../support/offload.js";
import { encapsulated, ipv4, ipv6, pattern, udp } from "../../support/packet-builder.js";
import { BR_ADDRESS, SERVER, SERVER_BEHIND_DMR } from "../domains.js";
import { CE_PORT, ceOf, manyRules, ruleAt } from "./many-rules.js";
import { type CpuBench, type Measured, nsEach } from "./measured.js";
import { BATCH, DIRECTIONS, type Direction } from "./packets.js";
import { ReplayQueue } from "./replay-queue.js";
import { domainSettings } from "./rig.js";

const SIZES = [100, 1_000_000];
const DOMAINS = ["map-t-br", "map-e-br"] as const;
type Domain = (typeof DOMAINS)[number];
/** No cache near the core holds the rules behind them. */
const PACKETS = 1 << 16;
const SERVER_PORT = 443;

/** Of a CE of rule `index`, 18 bytes of UDP from or to a host of the Internet. */
function packetOf(name: Domain, direction: Direction, index: number): Offloaded {
  const { addr4, map } = ceOf(ruleAt(index));
  const [ce4, ce6] = [formatIpv4(addr4), formatIpv6(map)];
  const virtio = new Uint8Array(10);
  const data = pattern(18);
  if (direction === "down") {
    const body = udp({ sport: SERVER_PORT, dport: CE_PORT, data });
    return { bytes: ipv4({ src: SERVER, dst: ce4 }, body), virtio };
  }
  const body = udp({ sport: CE_PORT, dport: SERVER_PORT, data });
  if (name === "map-t-br") {
    return { bytes: ipv6({ src: ce6, dst: SERVER_BEHIND_DMR }, body), virtio };
  }
  const inner = encapsulated(ipv4({ src: ce4, dst: SERVER }, body));
  return { bytes: ipv6({ src: ce6, dst: BR_ADDRESS }, inner), virtio };
}

class ManyRulesRig {
  readonly #arena = new Arena(BATCH, SLOT_LEN, true);
  readonly #counters = new Float64Array(COUNTER_COUNT);
  readonly #queue = new ReplayQueue(this.#arena, PACKETS, false);
  readonly #loop = new BatchLoop(this.#queue, this.#arena, this.#counters, BATCH);
  readonly #pipeline: Pipeline;

  constructor(name: Domain, direction: Direction, size: number) {
    const domain = domainSettings(name);
    if (domain.role !== "br") throw new Error(`${name} is no border relay`);
    const settings = { ...domain, rules: manyRules(size) };
    const random = seededRandom(size);
    const table = compileRules(settings);
    this.#pipeline = createPipeline(settings, table, null, this.#arena, this.#counters, random);
    this.#loop.setPipeline(this.#pipeline);
    const packets = Array.from({ length: PACKETS }, () =>
      packetOf(name, direction, random() % size),
    );
    this.#queue.load(this.#arena, packets);
    for (let done = 0; done < PACKETS; ) done += this.turn();
    const drops = this.#counters.findIndex((count, i) => i >= COUNTERS.length && count > 0);
    if (drops >= 0) throw new Error("the bench's own packets are dropped");
  }

  restore(): number {
    return this.#queue.readBatch(this.#arena, BATCH);
  }

  process(isForeseen: boolean): number {
    const arena = this.#arena;
    this.#queue.readBatch(arena, BATCH);
    if (isForeseen) this.#pipeline.foresee?.(BATCH, arena.lengths);
    for (let slot = 0; slot < BATCH; slot++) {
      this.#pipeline.process(slot, HEADROOM, HEADROOM + arena.lengths[slot]!, 1000);
    }
    arena.reset();
    return BATCH;
  }

  turn(): number {
    return this.#loop.runOnce(1000);
  }
}

function measure(name: Domain, direction: Direction, size: number, ms: number): Measured[] {
  const rig = new ManyRulesRig(name, direction, size);
  const row = (load: string, value: number): Measured => ({
    load: `udp 18 of rules at random: ${load}`,
    quantity: "time",
    unit: "ns/packet",
    value,
  });
  return [
    row(
      "restore",
      nsEach(ms / 4, () => rig.restore()),
    ),
    row(
      "process, nothing foreseen",
      nsEach(ms, () => rig.process(false)),
    ),
    row(
      "process",
      nsEach(ms, () => rig.process(true)),
    ),
    row(
      "batch loop",
      nsEach(ms, () => rig.turn()),
    ),
  ];
}

export const MANY_RULES_BENCHES: readonly CpuBench[] = DOMAINS.flatMap((name) =>
  DIRECTIONS.flatMap((direction) =>
    SIZES.map((size) => ({
      name: `${name} ${direction} among ${size}`,
      run: async (ms: number) => measure(name, direction, size, ms),
    })),
  ),
);
