/**
 * The NAT against the slow, obvious one: random packets and pauses, every answer compared, and
 * now and then the whole state. MAPD_SEED repeats a run.
 */
import { test } from "tap";
import { PortSet } from "../../../src/map/port-set.js";
import { Nat44 } from "../../../src/nat44/nat44.js";
import type { Nat44Settings } from "../../../src/nat44/settings.js";
import {
  NAT44_FILTERED,
  NAT44_HOST_QUOTA,
  NAT44_NO_FREE_PORT,
  NAT44_NO_MAPPING,
  NAT44_TABLE_FULL,
} from "../../../src/verdict.js";
import {
  ACK,
  DEFAULT_SETTINGS,
  FIN,
  HOST_A,
  ICMP,
  PEER_1,
  RST,
  SYN,
  TCP,
  UDP,
} from "../../support/nat44-fixture.js";
import { seededRandom } from "../../support/seeded-random.js";
import { SlowNat44 } from "../../support/slow-nat44.js";

const SEED = Number(process.env.MAPD_SEED ?? Date.now() % 0x7fff_ffff);
const STEPS = 30_000;
const CHECK_EVERY = 500;

const PROTOCOLS = [TCP, UDP, ICMP];
const FLAGS = [SYN, SYN, SYN | ACK, SYN | ACK, ACK, ACK, ACK, FIN | ACK, FIN | ACK, RST, RST | ACK];
/** Busy phases, in which only short pauses happen and tables fill, take turns with slow ones. */
const PHASE = 3000;
/** Pauses, ms; the long ones let whole tables run empty. */
const PAUSES = [1, 300, 1000, 7000, 30_000, 59_999.5, 120_000, 240_000, 300_000, 7_440_000];
const BUSY_PAUSES = 2;

interface World {
  readonly name: string;
  readonly set: readonly [a: number, k: number, psid: number];
  readonly settings: Partial<Nat44Settings>;
  /** How many hosts, inside ports a host, remote addresses, remote ports. */
  readonly spread: readonly [number, number, number, number];
  /** Drop codes that must come up, all of them and no other. */
  readonly codes: readonly number[];
}

const worlds: readonly World[] = [
  {
    name: "252 ports, address-dependent",
    set: [6, 8, 0x34],
    settings: {},
    spread: [6, 70, 5, 3],
    codes: [NAT44_FILTERED, NAT44_NO_FREE_PORT, NAT44_NO_MAPPING],
  },
  {
    name: "240 ports, endpoint-independent, quota",
    set: [4, 8, 0x5a],
    settings: { filtering: "endpoint-independent", maxPortsPerHost: 30 },
    spread: [9, 60, 4, 4],
    codes: [NAT44_HOST_QUOTA, NAT44_NO_MAPPING, NAT44_NO_FREE_PORT],
  },
  {
    name: "240 ports, address-and-port-dependent, forwards and reserve",
    set: [4, 8, 0x5a],
    settings: {
      filtering: "address-and-port-dependent",
      reserve: [[5536, 9642]],
      forwards: [
        { protocol: "both", externalPort: 5536, insideAddress: HOST_A, insidePort: 5536 },
        { protocol: "tcp", externalPort: 13_728, insideAddress: HOST_A + 1, insidePort: 22 },
        { protocol: "udp", externalPort: 13_729, insideAddress: HOST_A + 1, insidePort: 53 },
      ],
    },
    spread: [6, 60, 3, 3],
    codes: [NAT44_FILTERED, NAT44_NO_FREE_PORT, NAT44_NO_MAPPING],
  },
  {
    name: "few sessions",
    set: [6, 6, 21],
    settings: { maxSessions: 90, maxMappings: 400 },
    spread: [3, 30, 6, 2],
    codes: [NAT44_FILTERED, NAT44_TABLE_FULL, NAT44_NO_MAPPING],
  },
  {
    name: "few mappings",
    set: [6, 6, 21],
    settings: { maxMappings: 40, filtering: "endpoint-independent" },
    spread: [3, 30, 3, 2],
    codes: [NAT44_TABLE_FULL, NAT44_NO_MAPPING],
  },
  {
    name: "single-port ranges, all odd",
    set: [6, 10, 0x101],
    settings: {},
    spread: [4, 40, 3, 2],
    codes: [NAT44_FILTERED, NAT44_NO_FREE_PORT, NAT44_NO_MAPPING],
  },
  {
    name: "from port 0 on",
    set: [0, 10, 0],
    settings: {},
    spread: [4, 60, 3, 2],
    codes: [NAT44_FILTERED, NAT44_NO_FREE_PORT, NAT44_NO_MAPPING],
  },
  {
    name: "a whole address",
    set: [6, 0, 0],
    settings: { filtering: "endpoint-independent", reserve: [[1064, 65_534]] },
    spread: [4, 40, 2, 2],
    codes: [NAT44_NO_FREE_PORT, NAT44_NO_MAPPING],
  },
];

class Run {
  readonly #random: () => number;
  readonly #world: World;
  readonly #ports: PortSet;
  readonly #nat: Nat44;
  readonly #slow: SlowNat44;
  #nowMs = 1234.5;
  #steps = 0;
  /** Every code that the NAT gave, so that a world that never gets full is noticed. */
  readonly codes = new Set<number>();

  constructor(world: World, seed: number) {
    const settings = { ...DEFAULT_SETTINGS, ...world.settings };
    this.#world = world;
    this.#random = seededRandom(seed);
    this.#ports = new PortSet(...world.set);
    this.#nat = new Nat44(settings, this.#ports, seededRandom(seed ^ 0x5bd1_e995));
    this.#slow = new SlowNat44(settings, this.#ports);
  }

  /** One random event; returns what was wrong with it, or null. */
  step(): string | null {
    this.#steps++;
    const choice = this.#below(100);
    if (choice < 60) return this.#outbound();
    if (choice < 97) return this.#inbound();
    const isBusy = Math.floor(this.#steps / PHASE) % 2 === 0;
    this.#nowMs += PAUSES[this.#below(isBusy ? BUSY_PAUSES : PAUSES.length)]!;
    this.#nat.expire(this.#nowMs);
    this.#slow.expire(this.#nowMs);
    return this.#nat.sessions === this.#slow.sessions ? null : "sessions differ after a pause";
  }

  /** Compares everything; returns what was wrong, or null. */
  compareAll(): string | null {
    const live = this.#slow.live;
    const owners = new Set<string>();
    for (const mapping of live) {
      const { protocol, insideAddress, insidePort, externalPort, permanent } = mapping;
      owners.add(`${protocol}|${externalPort}`);
      if (externalPort === 0 || !this.#ports.contains(externalPort)) return `port ${externalPort}`;
      if (this.#nat.peekOutbound(protocol, insideAddress, insidePort) !== externalPort) {
        return `${insideAddress}:${insidePort} lost ${externalPort}`;
      }
      const [session] = mapping.sessions.values();
      if (session === undefined && !permanent) return "a mapping without a session";
      const { remoteAddress, remotePort } = session ?? { remoteAddress: PEER_1, remotePort: 1 };
      const handle = this.#nat.peekInbound(protocol, externalPort, remoteAddress, remotePort);
      if (handle < 0 || this.#nat.insidePort(handle) !== insidePort) return `${externalPort} lost`;
      if (this.#nat.insideAddress(handle) !== insideAddress) return `${externalPort} misdirected`;
    }
    if (owners.size !== live.length) return "two inside endpoints on one external port";
    for (const protocol of PROTOCOLS) {
      const count = live.filter((mapping) => mapping.protocol === protocol).length;
      if (this.#nat.mappings(protocol) !== count) return `mappings of ${protocol}`;
    }
    return this.#nat.sessions === this.#slow.sessions ? null : "sessions differ";
  }

  #outbound(): string | null {
    const [hosts, insidePorts] = this.#world.spread;
    const packet = {
      ...this.#remote(),
      protocol: this.#pick(PROTOCOLS),
      insideAddress: HOST_A + this.#below(hosts),
      insidePort: this.#insidePort(insidePorts),
      tcpFlags: this.#pick(FLAGS),
    };
    const answer = this.#nat.outbound(
      packet.protocol,
      packet.insideAddress,
      packet.insidePort,
      packet.remoteAddress,
      packet.remotePort,
      packet.tcpFlags,
      this.#nowMs,
    );
    if (answer < 0) this.codes.add(answer);
    const wanted = this.#slow.outbound(packet, this.#nowMs, answer);
    return wanted && `${JSON.stringify(packet)} gave ${answer}, wanted ${wanted}`;
  }

  #inbound(): string | null {
    const index = this.#below(this.#ports.count);
    const isStray = this.#below(20) === 0;
    const packet = {
      ...this.#remote(),
      protocol: this.#pick(PROTOCOLS),
      externalPort: isStray ? this.#below(65_536) : this.#ports.at(index),
      tcpFlags: this.#pick(FLAGS),
    };
    const { protocol, externalPort, remoteAddress, remotePort, tcpFlags } = packet;
    const args = [protocol, externalPort, remoteAddress, remotePort] as const;
    const peeked = this.#nat.peekInbound(...args);
    const handle = this.#nat.inbound(...args, tcpFlags, this.#nowMs);
    if (handle < 0) this.codes.add(handle);
    const wanted = this.#slow.inbound(packet, this.#nowMs);
    const isRight =
      typeof wanted === "number"
        ? handle === wanted
        : handle >= 0 &&
          this.#nat.insideAddress(handle) === wanted.insideAddress &&
          this.#nat.insidePort(handle) === wanted.insidePort;
    return isRight && peeked === handle
      ? null
      : `${JSON.stringify(packet)} gave ${handle} (peek ${peeked}), wanted ${JSON.stringify(wanted)}`;
  }

  /** Half of the inside ports lie in the set, so that preservation and its collisions happen. */
  #insidePort(count: number): number {
    const n = this.#below(count);
    return n % 2 === 0 ? this.#ports.at(n % this.#ports.count) : 40_000 + n + (n % 3);
  }

  #remote(): { remoteAddress: number; remotePort: number } {
    const [, , addresses, ports] = this.#world.spread;
    return {
      remoteAddress: PEER_1 + this.#below(addresses),
      remotePort: this.#below(ports),
    };
  }

  #pick(values: readonly number[]): number {
    return values[this.#below(values.length)]!;
  }

  #below(n: number): number {
    return Math.floor((this.#random() * n) / 2 ** 32);
  }
}

for (const [index, world] of worlds.entries()) {
  test(`agrees with the slow NAT: ${world.name}`, (t) => {
    const seed = SEED + index;
    t.comment(`MAPD_SEED=${SEED}`);
    const run = new Run(world, seed);
    let trouble: string | null = null;
    let step = 0;
    for (; step < STEPS && trouble === null; step++) {
      trouble = run.step();
      if (trouble === null && step % CHECK_EVERY === 0) trouble = run.compareAll();
    }
    t.equal(trouble, null, `step ${step} of MAPD_SEED=${SEED}`);
    t.same([...run.codes].sort(), [...world.codes].sort(), "every outcome came up");
    t.equal(run.compareAll(), null, `end of MAPD_SEED=${SEED}`);
    t.end();
  });
}
