/**
 * One run of the NAT against the slow, obvious one: random packets, requests and pauses, and now
 * and then a new NAT that takes over the state of the old one. Every answer is compared at once,
 * everything that can be seen from outside whenever the caller wants it.
 */

import { seededRandom } from "../../src/explain/seeded-random.js";
import { PortSet } from "../../src/map/port-set.js";
import { Nat44 } from "../../src/nat44/nat44.js";
import type { MappingOrigin } from "../../src/nat44/records.js";
import type { Nat44Settings } from "../../src/nat44/settings.js";
import {
  NAT44_HOST_QUOTA,
  NAT44_NO_FREE_PORT,
  NAT44_NO_MAPPING,
  NAT44_TABLE_FULL,
} from "../../src/verdict.js";
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
} from "./nat44-fixture.js";
import { fastView, firstDifference, slowView } from "./nat44-view.js";
import { SlowNat44 } from "./slow-nat44.js";
import type { Endpoint, Remote } from "./slow-table.js";

const PROTOCOLS = [TCP, UDP, ICMP];
const FLAGS = [SYN, SYN, SYN | ACK, SYN | ACK, ACK, ACK, ACK, FIN | ACK, FIN | ACK, RST, RST | ACK];
const ORIGINS: readonly MappingOrigin[] = ["pcp", "pcp", "operator"];
const LIFETIMES = [null, 120_000, 500, 600_000, 3_600_000, 12_345.5];
/** Busy phases, in which only short pauses happen and tables fill, take turns with slow ones. */
const PHASE = 3000;
/** Pauses, ms; the long ones let whole tables run empty. */
const PAUSES = [1, 300, 1000, 7000, 30_000, 59_999.5, 120_000, 240_000, 300_000, 7_440_000];
const BUSY_PAUSES = 2;
/** Time between the end of one NAT and the start of the next, ms. */
const OUTAGES = [0, 0, 0, 700, 30_000, 200_000.5];

export interface World {
  readonly name: string;
  readonly set: readonly [a: number, k: number, psid: number];
  readonly settings: Partial<Nat44Settings>;
  /** What the next NAT may have instead, when the state is handed over. */
  readonly changes?: readonly Partial<Nat44Settings>[];
  /** How many hosts, inside ports a host, remote addresses, remote ports. */
  readonly spread: readonly [number, number, number, number];
  /** Drop codes that must come up, all of them and no other. */
  readonly codes: readonly number[];
}

type Step = readonly [weight: number, run: () => string | null];

export class ModelRun {
  readonly #random: () => number;
  readonly #natRandom: () => number;
  readonly #world: World;
  readonly #ports: PortSet;
  readonly #steps: readonly Step[];
  #nat: Nat44;
  #slow: SlowNat44;
  #nowMs = 1234.5;
  #stepCount = 0;
  #refused: number[] = [];
  /** Every code that the NAT gave, so that a world that never gets full is noticed. */
  readonly codes = new Set<number>();
  /** Connections that had a mapping of their own, whenever everything was compared. */
  bound = 0;

  constructor(world: World, seed: number) {
    const settings = { ...DEFAULT_SETTINGS, ...world.settings };
    this.#world = world;
    this.#random = seededRandom(seed);
    this.#natRandom = seededRandom(seed ^ 0x5bd1_e995);
    this.#ports = new PortSet(...world.set);
    this.#nat = new Nat44(settings, this.#ports, this.#natRandom);
    this.#slow = new SlowNat44(settings, this.#ports);
    this.#steps = [
      [5000, () => this.#outbound()],
      [3700, () => this.#inbound()],
      [500, () => this.#peek()],
      [150, () => this.#map()],
      [150, () => this.#unmap()],
      [200, () => this.#peer()],
      [295, () => this.#pause()],
      [5, () => this.#handOver()],
    ];
  }

  /** One random event; returns what was wrong with it, or null. */
  step(): string | null {
    this.#stepCount++;
    let choice = this.#below(10_000);
    for (const [weight, run] of this.#steps) {
      choice -= weight;
      if (choice < 0) return run();
    }
    return "no step chosen";
  }

  /** Compares everything; returns what was wrong, or null. */
  compareAll(): string | null {
    const refusals = { got: this.#nat.takeRefusals(), wanted: this.#takeRefused() };
    const difference =
      firstDifference(fastView(this.#nat, this.#nowMs), slowView(this.#slow, this.#nowMs)) ??
      firstDifference({ refusals: refusals.got }, { refusals: refusals.wanted });
    if (difference !== null) return difference;
    return this.#compareLookups();
  }

  #compareLookups(): string | null {
    const tuples = new Set<string>();
    for (const mapping of this.#slow.live) {
      const { protocol, insideAddress, insidePort, externalPort, sessions } = mapping;
      if (externalPort === 0 || !this.#ports.contains(externalPort)) return `port ${externalPort}`;
      if (mapping.boundTo !== null) this.bound++;
      for (const [key, { remoteAddress, remotePort }] of sessions) {
        const tuple = `${protocol}|${externalPort}|${key}`;
        if (tuples.has(tuple)) return `two connections with ${tuple}`;
        tuples.add(tuple);
        const remote = [remoteAddress, remotePort] as const;
        const handle = this.#nat.peekInbound(protocol, externalPort, ...remote);
        if (handle < 0 || this.#nat.insidePort(handle) !== insidePort) return `${tuple} lost`;
        if (this.#nat.insideAddress(handle) >>> 0 !== insideAddress) return `${tuple} misdirected`;
        const peeked = this.#nat.peekOutbound(protocol, insideAddress, insidePort, ...remote);
        if (peeked !== externalPort) return `${insideAddress}:${insidePort} left ${tuple}`;
      }
    }
    return null;
  }

  #outbound(): string | null {
    const packet = { ...this.#endpoint(), ...this.#remote(), tcpFlags: this.#pick(FLAGS) };
    const { protocol, insideAddress, insidePort, remoteAddress, remotePort, tcpFlags } = packet;
    const answer = this.#nat.outbound(
      protocol,
      insideAddress,
      insidePort,
      remoteAddress,
      remotePort,
      tcpFlags,
      this.#nowMs,
    );
    if (answer < 0) {
      this.codes.add(answer);
      this.#refused.push(answer);
    }
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
          this.#nat.insideAddress(handle) >>> 0 === wanted.insideAddress &&
          this.#nat.insidePort(handle) === wanted.insidePort;
    return isRight && peeked === handle
      ? null
      : `${JSON.stringify(packet)} gave ${handle} (peek ${peeked}), wanted ${JSON.stringify(wanted)}`;
  }

  #peek(): string | null {
    const endpoint = this.#endpoint();
    const remote = this.#remote();
    const { protocol, insideAddress, insidePort } = endpoint;
    const ends = [insideAddress, insidePort, remote.remoteAddress, remote.remotePort] as const;
    const mapping = this.#slow.mappingTo(endpoint, remote);
    const wanted = mapping?.externalPort ?? NAT44_NO_MAPPING;
    const port = this.#nat.peekOutbound(protocol, ...ends);
    if (port !== wanted) return `peek from ${JSON.stringify(endpoint)}: ${port}, not ${wanted}`;
    if (protocol !== TCP) return null;
    const isOpen = mapping?.sessions.has(this.#slow.sessionKey(TCP, remote)) ?? false;
    return this.#nat.hasConnection(...ends) === isOpen ? null : `hasConnection is not ${isOpen}`;
  }

  #map(): string | null {
    const request = {
      ...this.#endpoint(),
      protocol: this.#pick([TCP, UDP]),
      externalPort: this.#wantedPort(),
      exact: this.#below(2) === 0,
      lifetimeMs: this.#pick(LIFETIMES),
      origin: this.#pick(ORIGINS),
    };
    const answer = this.#nat.addMapping(request, this.#nowMs);
    const wanted = this.#slow.map(request, this.#nowMs, answer);
    return wanted && `${JSON.stringify(request)}: ${JSON.stringify(answer)}, wanted ${wanted}`;
  }

  #unmap(): string | null {
    const explicit = [...this.#slow.live].filter(
      (mapping) => mapping.explicit !== null && mapping.explicit.origin !== "config",
    );
    const isMiss = explicit.length === 0 || this.#below(4) === 0;
    const endpoint = isMiss ? { ...this.#endpoint(), protocol: UDP } : this.#pick(explicit);
    if (this.#slow.own(endpoint)?.explicit?.origin === "config") return null;
    const { protocol, insideAddress, insidePort } = endpoint;
    const wanted = this.#slow.unmap(endpoint);
    const done = this.#nat.removeMapping(protocol, insideAddress, insidePort);
    return done === wanted ? null : `removed ${JSON.stringify(endpoint)}: ${done}`;
  }

  #peer(): string | null {
    const request = {
      ...this.#endpoint(),
      ...this.#remote(),
      protocol: this.#pick([TCP, UDP]),
      externalPort: this.#wantedPort(),
      lifetimeMs: this.#pick([120_000, 500.5, 600_000]),
    };
    const answer = this.#nat.holdPeer(request, this.#nowMs);
    const wanted = this.#slow.peer(request, this.#nowMs, answer);
    return wanted && `${JSON.stringify(request)}: ${JSON.stringify(answer)}, wanted ${wanted}`;
  }

  #pause(): string | null {
    const isBusy = Math.floor(this.#stepCount / PHASE) % 2 === 0;
    this.#nowMs += PAUSES[this.#below(isBusy ? BUSY_PAUSES : PAUSES.length)]!;
    this.#nat.expire(this.#nowMs);
    this.#slow.expire(this.#nowMs);
    const [fast, slow] = [this.#nat.sessions, this.#slow.sessionCount];
    return fast === slow ? null : `after a pause ${fast} sessions, not ${slow}`;
  }

  /** A new NAT, its clock anywhere, takes over. */
  #handOver(): string | null {
    const wrong = this.compareAll();
    if (wrong !== null) return `before handing over: ${wrong}`;
    const settings = {
      ...DEFAULT_SETTINGS,
      ...this.#world.settings,
      ...this.#pick([{}, ...(this.#world.changes ?? [])]),
    };
    const state = this.#nat.exportState(this.#nowMs);
    const saved = this.#slow.save(this.#nowMs);
    const elapsedMs = this.#pick(OUTAGES);
    this.#nowMs = this.#below(1e9) / 4;
    this.#nat = new Nat44(settings, this.#ports, this.#natRandom);
    this.#slow = new SlowNat44(settings, this.#ports);
    const result = this.#nat.importState(state, elapsedMs, this.#nowMs);
    const lost = this.#slow.restore(saved, elapsedMs, this.#nowMs);
    if (result.lost !== lost) return `handing over lost ${result.lost}, not ${lost}`;
    const after = this.compareAll();
    return after && `after handing over to ${JSON.stringify(settings)}: ${after}`;
  }

  #takeRefused(): Record<string, number> {
    const count = (code: number): number => this.#refused.filter((each) => each === code).length;
    const counts = {
      noFreePort: count(NAT44_NO_FREE_PORT),
      hostQuota: count(NAT44_HOST_QUOTA),
      tableFull: count(NAT44_TABLE_FULL),
    };
    this.#refused = [];
    return counts;
  }

  /** Half of the inside ports lie in the set, so that preservation and its collisions happen. */
  #endpoint(): Endpoint {
    const [hosts, insidePorts] = this.#world.spread;
    const n = this.#below(insidePorts);
    return {
      protocol: this.#pick(PROTOCOLS),
      insideAddress: HOST_A + this.#below(hosts),
      insidePort: n % 2 === 0 ? this.#ports.at(n % this.#ports.count) : 40_000 + n + (n % 3),
    };
  }

  #remote(): Remote {
    const [, , addresses, ports] = this.#world.spread;
    return {
      remoteAddress: PEER_1 + this.#below(addresses),
      remotePort: this.#below(ports),
    };
  }

  #wantedPort(): number {
    const choice = this.#below(8);
    if (choice === 0) return this.#below(65_536);
    return choice < 4 ? 0 : this.#ports.at(this.#below(this.#ports.count));
  }

  #pick<T>(values: readonly T[]): T {
    return values[this.#below(values.length)]!;
  }

  #below(n: number): number {
    return Math.floor((this.#random() * n) / 2 ** 32);
  }
}
