/** PCP and NAT-PMP of a CE domain: sockets, responder and announcements, as the configuration wants them. */
import { networkInterfaces } from "node:os";
import { containsIpv4 } from "../../src/map/prefix.js";
import type { PortMapper, ResponderSettings } from "../../src/pcp/port-mapper.js";
import { Responder } from "../../src/pcp/responder.js";
import { formatIpv4, parseIpv4 } from "../../src/wire/address.js";
import type { DomainConfig } from "../config/types.js";
import { MapdError } from "../errors.js";
import type { Log } from "../log.js";
import { type Nat44Identity, nat44Identity, sameIdentity } from "../runtime/identity.js";
import type { AskNat44 } from "../runtime/nat44-questions.js";
import { Announcer } from "./announcer.js";
import { Intake } from "./intake.js";
import { type Datagram, LanSockets } from "./lan-sockets.js";

/** What the server needs to know of a domain; null where it is to be silent. */
interface Wanted {
  readonly settings: ResponderSettings;
  readonly identity: Nat44Identity;
  readonly listen: readonly number[];
  /** Address of the TUN device, which no LAN is behind. */
  readonly tunAddress: number | null;
}

interface Running {
  readonly wanted: Wanted;
  readonly responder: Responder;
  readonly sockets: LanSockets;
}

export class PcpServer {
  readonly #mapper: PortMapper;
  readonly #log: Log;
  readonly #intake: Intake;
  readonly #announcer = new Announcer(() => void this.#announce());
  #running: Running | null = null;
  /** Restarts of the worker that the leases have been compared with; null: never yet. */
  #alignedWith: number | null = null;

  constructor(ask: AskNat44, log: Log) {
    this.#mapper = mapperOf(ask);
    this.#log = log;
    this.#intake = new Intake(log);
  }

  /**
   * Starts, changes or ends the server as the configuration of the CE wants it. Rejects with MapdError `pcp-listen`
   * and what was before in force. `check()` does the rest, once NAT44 answers.
   */
  async apply(config: DomainConfig): Promise<void> {
    const wanted = wantedOf(config);
    if (wanted === null) return this.stop();
    const before = this.#running;
    const sockets = await this.#socketsFor(wanted, before);
    if (before === null) return this.#begin(wanted, sockets);
    this.#running = { ...before, wanted, sockets };
    this.#alignedWith = null;
    await before.responder.configure(wanted.settings);
    if (sameIdentity(before.wanted.identity, wanted.identity)) return;
    await before.responder.beginAnew(performance.now());
    this.#announcer.start();
  }

  #begin(wanted: Wanted, sockets: LanSockets): void {
    const responder = new Responder(wanted.settings, this.#mapper, {
      nowMs: performance.now(),
      onFault: (fault) => this.#log.warn({ err: fault }, "NAT44 does not answer a PCP request"),
    });
    this.#running = { wanted, responder, sockets };
    this.#alignedWith = null;
    this.#announcer.start();
    const listen = wanted.listen.map(formatIpv4);
    this.#log.info({ listen, natPmp: wanted.settings.natPmp }, "PCP answers the LAN");
  }

  /** The sockets that there are where they fit; else new ones, or on failure the old ones again. */
  async #socketsFor(wanted: Wanted, before: Running | null): Promise<LanSockets> {
    const open = (listen: readonly number[]): Promise<LanSockets> =>
      LanSockets.open(listen, (datagram) => void this.#answer(datagram), this.#log);
    if (before === null) return open(wanted.listen);
    if (before.wanted.listen.join() === wanted.listen.join()) return before.sockets;
    await before.sockets.close();
    try {
      return await open(wanted.listen);
    } catch (error) {
      this.#running = { ...before, sockets: await open(before.wanted.listen) };
      throw error;
    }
  }

  async #answer({ bytes, source, reply }: Datagram): Promise<void> {
    const running = this.#running;
    if (running === null) return;
    const nowMs = performance.now();
    if (!this.#intake.admit(source, running.wanted.settings.localPrefixes, nowMs)) return;
    try {
      const answer = await running.responder.respond(bytes, source, nowMs);
      if (answer !== null) reply(answer);
    } catch (error) {
      this.#log.error({ err: error }, "fault in the PCP server");
    } finally {
      this.#intake.done();
    }
  }

  /** Compares the leases with what NAT44 holds, where it may hold something else than before. Never rejects. */
  async check(workerRestarts: number): Promise<void> {
    if (this.#running === null || this.#alignedWith === workerRestarts) return;
    this.#alignedWith = workerRestarts;
    try {
      const haveLost = await this.#running.responder.align(performance.now());
      if (haveLost) this.#announcer.start();
    } catch (error) {
      // Its worker is being started: there is a next time.
      this.#alignedWith = null;
      if (!(error instanceof MapdError)) this.#log.error({ err: error }, "fault in the PCP server");
    }
  }

  async #announce(): Promise<void> {
    if (this.#running === null) return;
    const { responder, sockets, wanted } = this.#running;
    await sockets.announce(responder.announcements(performance.now()), lanAddresses(wanted));
  }

  async stop(): Promise<void> {
    const running = this.#running;
    this.#running = null;
    this.#announcer.stop();
    await running?.sockets.close();
  }
}

function wantedOf({ settings, pcp, tun }: DomainConfig): Wanted | null {
  const identity = nat44Identity(settings);
  if (pcp === null || identity === null || settings.role !== "ce") return null;
  const { listen, ...rest } = pcp;
  const { localPrefixes } = settings;
  return {
    settings: { ...rest, externalAddress: identity.address, localPrefixes },
    identity,
    listen,
    tunAddress: tun.address,
  };
}

function mapperOf(ask: AskNat44): PortMapper {
  return {
    map: (request) => ask<"map">({ kind: "map", request }),
    unmap: (protocol, insideAddress, insidePort) =>
      ask<"unmap">({ kind: "unmap", protocol, insideAddress, insidePort }),
    peer: (request) => ask<"peer">({ kind: "peer", request }),
    mappings: () => ask<"mappings">({ kind: "mappings" }),
  };
}

/** Addresses of this host on its LANs. */
function lanAddresses({ settings, listen, tunAddress }: Wanted): readonly number[] {
  if (listen.length > 0) return listen;
  return Object.values(networkInterfaces())
    .flat()
    .filter((one) => one?.family === "IPv4" && !one.internal)
    .flatMap((one) => parseIpv4(one?.address ?? "") ?? [])
    .filter((address) => address !== tunAddress)
    .filter((address) => settings.localPrefixes.some((prefix) => containsIpv4(prefix, address)));
}
