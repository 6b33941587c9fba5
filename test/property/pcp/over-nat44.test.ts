/* Random hosts that ask for mappings and send packets: what was answered is what the real NAT44 holds. */
import { test } from "tap";
import { seededRandom } from "../../../src/explain/seeded-random.js";
import type { Nat44 } from "../../../src/nat44/nat44.js";
import type { MappingRow } from "../../../src/nat44/records.js";
import { Responder } from "../../../src/pcp/responder.js";
import { formatIpv4 } from "../../../src/wire/address.js";
import {
  createNat,
  exampleSet,
  HOST_A,
  PEER_1,
  SYN,
  TCP,
  UDP,
} from "../../support/nat44-fixture.js";
import {
  mapRequest,
  natPmpRequest,
  option,
  PREFER_FAILURE,
  peerRequest,
  readAnswer,
} from "../../support/pcp-client.js";
import { SETTINGS } from "../../support/pcp-responder.js";

const STEPS = 10_000;
/** Everything is compared after so many of them. */
const COMPARED_STEPS = 25;
const HOSTS = 4;
/** More inside ports than the set has external ones. */
const INSIDE_PORTS = 100;
/** A mapping ends by the ticks of NAT44's clock, milliseconds. */
const TOLERANCE_MS = 5000;
const PORTS = exampleSet();
const FORWARDED = PORTS.at(200);
const NONCES = ["aa".repeat(12), "bb".repeat(12)];

/** What a host has been told that it has. */
interface Held {
  readonly externalPort: number;
  readonly untilMs: number;
}

class Model {
  readonly random: () => number;
  readonly nat: Nat44;
  readonly responder: Responder;
  readonly held = new Map<string, Held>();
  readonly told = new Map<number, number>();
  nowMs = 0;

  constructor(seed: number) {
    this.random = seededRandom(seed);
    const to = { protocol: "tcp", insideAddress: HOST_A, insidePort: 1 } as const;
    this.nat = createNat({ forwards: [{ ...to, externalPort: FORWARDED }] });
    const nat = this.nat;
    const mapper = {
      map: async (request: Parameters<Nat44["addMapping"]>[0]) =>
        nat.addMapping(request, this.nowMs),
      unmap: async (protocol: number, address: number, port: number) =>
        nat.removeMapping(protocol, address, port),
      peer: async (request: Parameters<Nat44["holdPeer"]>[0]) => nat.holdPeer(request, this.nowMs),
      mappings: async () => nat.explicitMappings(this.nowMs),
    };
    const settings = { ...SETTINGS, maxMappingsPerHost: 150 };
    const onFault = (fault: unknown): never => {
      throw fault;
    };
    this.responder = new Responder(settings, mapper, { nowMs: 0, onFault });
  }

  below(limit: number): number {
    return this.random() % limit;
  }

  async step(): Promise<void> {
    this.nowMs += this.below(2000);
    this.nat.expire(this.nowMs);
    const [host, port] = [HOST_A + this.below(HOSTS), 1 + this.below(INSIDE_PORTS)];
    const protocol = this.below(2) === 0 ? TCP : UDP;
    const kind = this.below(10);
    if (kind < 5) await this.#map(host, protocol, port);
    else if (kind === 5) await this.#peer(host, protocol, port);
    else if (kind === 6) await this.#natPmp(host, protocol, port);
    else this.nat.outbound(protocol, host, port, PEER_1, 443, SYN, this.nowMs);
  }

  #lifetime(): number {
    return this.below(4) === 0 ? 0 : 120 + this.below(7200);
  }

  async #map(host: number, protocol: number, insidePort: number): Promise<void> {
    const lifetime = this.#lifetime();
    const port = lifetime === 0 && this.below(50) === 0 ? 0 : insidePort;
    const ask = {
      client: formatIpv4(host),
      lifetime,
      nonce: NONCES[this.below(NONCES.length)] ?? "",
      protocol,
      port,
      suggestedPort: this.below(2) === 0 ? 0 : PORTS.at(this.below(PORTS.count)),
      options: this.below(4) === 0 ? option(PREFER_FAILURE) : "",
    };
    const bytes = await this.responder.respond(mapRequest(ask), host, this.nowMs);
    if (bytes === null) throw new Error("no answer to MAP");
    const answer = readAnswer(bytes);
    this.#count(answer.result);
    // Which of all were deleted depends on their nonces: NAT44 says.
    if (port === 0) return this.#forgetDeleted(host, protocol);
    if (answer.result === 0) this.#told(host, protocol, port, answer.externalPort, answer.lifetime);
  }

  async #peer(host: number, protocol: number, port: number): Promise<void> {
    const remote = { remote: formatIpv4(PEER_1), remotePort: 443 };
    const ask = { client: formatIpv4(host), lifetime: 600, protocol, port, ...remote };
    const bytes = await this.responder.respond(peerRequest(ask), host, this.nowMs);
    if (bytes === null) throw new Error("no answer to PEER");
    const { result, externalPort } = readAnswer(bytes);
    if (result === 0 && !PORTS.contains(externalPort)) throw new Error("PEER outside the set");
  }

  async #natPmp(host: number, protocol: number, port: number): Promise<void> {
    const request = natPmpRequest(protocol === UDP ? 1 : 2, port, 0, this.#lifetime());
    const bytes = await this.responder.respond(request, host, this.nowMs);
    if (bytes === null) throw new Error("no answer to NAT-PMP");
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (view.getUint16(2) !== 0) return;
    this.#told(host, protocol, port, view.getUint16(10), view.getUint32(12));
  }

  #told(
    host: number,
    protocol: number,
    port: number,
    externalPort: number,
    lifetimeS: number,
  ): void {
    // The forward is told to its host, too, and is not the host's.
    if (protocol === TCP && externalPort === FORWARDED && host === HOST_A && port === 1) return;
    const key = `${protocol} ${host} ${port}`;
    if (lifetimeS === 0) this.held.delete(key);
    else this.held.set(key, { externalPort, untilMs: this.nowMs + lifetimeS * 1000 });
  }

  #forgetDeleted(host: number, protocol: number): void {
    const rows = new Set(this.rows().map(keyOf));
    for (const key of this.held.keys()) {
      if (key.startsWith(`${protocol} ${host} `) && !rows.has(key)) this.held.delete(key);
    }
  }

  #count(result: number): void {
    this.told.set(result, (this.told.get(result) ?? 0) + 1);
  }

  rows(): readonly MappingRow[] {
    return this.nat.explicitMappings(this.nowMs).filter(({ origin }) => origin === "pcp");
  }

  /** What differs between the answers and NAT44, or null. */
  difference(): string | null {
    const rows = new Map(this.rows().map((row) => [keyOf(row), row]));
    const owners = new Set<string>();
    for (const [key, row] of rows) {
      // Over, and about to be taken away.
      if (row.remainingMs === 0) continue;
      const held = this.held.get(key);
      if (held?.externalPort !== row.externalPort) return `${key}: nobody was told`;
      const late = this.nowMs + (row.remainingMs ?? 0) - held.untilMs;
      if (Math.abs(late) > TOLERANCE_MS) return `${key}: ends ${late} ms late`;
      if (!PORTS.contains(row.externalPort)) return `${key}: outside the set`;
      const owner = `${row.protocol} ${row.externalPort}`;
      if (owners.has(owner) || owner === `${TCP} ${FORWARDED}`) return `${owner}: given twice`;
      owners.add(owner);
    }
    for (const [key, { untilMs }] of this.held) {
      if (rows.has(key)) continue;
      if (untilMs > this.nowMs + TOLERANCE_MS) return `${key}: gone too early`;
      this.held.delete(key);
    }
    return null;
  }
}

function keyOf({ protocol, insideAddress, insidePort }: MappingRow): string {
  return `${protocol} ${insideAddress} ${insidePort}`;
}

test("what hosts are told is what NAT44 holds", async (t) => {
  const given = process.env.MAPD_TEST_SEED;
  const seed = given === undefined ? Date.now() & 0x7fffffff : Number(given);
  t.comment(`MAPD_TEST_SEED=${seed}, ${STEPS} steps`);
  const model = new Model(seed);
  let difference: string | null = null;
  let steps = 0;
  for (; steps < STEPS && difference === null; steps++) {
    await model.step();
    if (steps % COMPARED_STEPS === 0) difference = model.difference();
  }
  t.equal(difference, null, `after step ${steps}`);
  for (const result of [0, 2, 8, 11]) t.ok(model.told.has(result), `MAP got result ${result}`);
  t.ok(model.held.size > 0);
});
