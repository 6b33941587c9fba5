/**
 * The server of a CE's LAN side without its socket: PCP and NAT-PMP share a port, told apart by the first byte
 * (RFC 6887 App. A). Requests are answered one after the other, so that two of them never race for a mapping.
 */
import { Epoch } from "./epoch.js";
import { MappingService } from "./mapping-service.js";
import { NAT_PMP_VERSION, natPmpAddress } from "./nat-pmp-codec.js";
import { NatPmpResponder } from "./nat-pmp-responder.js";
import { announcement, isResponse } from "./pcp-codec.js";
import { PcpResponder } from "./pcp-responder.js";
import type { PortMapper, ResponderSettings } from "./port-mapper.js";

/** The shortest thing with a version and an opcode. */
const MIN_LEN = 2;

export interface ResponderStart {
  readonly nowMs: number;
  /** Told what NAT44 answered with instead of a result. */
  readonly onFault: (fault: unknown) => void;
}

export class Responder {
  readonly #service: MappingService;
  readonly #epoch: Epoch;
  readonly #onFault: (fault: unknown) => void;
  #settings: ResponderSettings;
  #pcp: PcpResponder;
  #natPmp: NatPmpResponder;
  /** Settled when the request before is answered. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(settings: ResponderSettings, mapper: PortMapper, start: ResponderStart) {
    this.#service = new MappingService(mapper, settings.maxMappingsPerHost);
    this.#epoch = new Epoch(start.nowMs);
    this.#onFault = start.onFault;
    this.#settings = settings;
    this.#pcp = new PcpResponder(settings, this.#service, this.#epoch);
    this.#natPmp = new NatPmpResponder(settings, this.#service, this.#epoch);
  }

  /** The response to a datagram, null where there is none. `source` is a local address. Never rejects. */
  respond(message: Uint8Array, source: number, nowMs: number): Promise<Uint8Array | null> {
    return this.#inTurn(() => this.#respond(message, source, nowMs));
  }

  async #respond(message: Uint8Array, source: number, nowMs: number): Promise<Uint8Array | null> {
    if (message.byteLength < MIN_LEN) return null;
    const request = new DataView(message.buffer, message.byteOffset, message.byteLength);
    if (isResponse(request)) return null;
    const isNatPmp = this.#settings.natPmp && request.getUint8(0) === NAT_PMP_VERSION;
    const responder = isNatPmp ? this.#natPmp : this.#pcp;
    try {
      return await responder.respond(request, source, nowMs);
    } catch (fault) {
      this.#onFault(fault);
      return responder.unavailable(request, nowMs);
    }
  }

  configure(settings: ResponderSettings): Promise<void> {
    return this.#inTurn(async () => {
      this.#settings = settings;
      this.#service.limitTo(settings.maxMappingsPerHost);
      this.#pcp = new PcpResponder(settings, this.#service, this.#epoch);
      this.#natPmp = new NatPmpResponder(settings, this.#service, this.#epoch);
    });
  }

  /** All mappings are gone, as with another address or port set: to be announced (RFC 6887 §8.5). */
  beginAnew(nowMs: number): Promise<void> {
    return this.#inTurn(async () => {
      this.#service.forget();
      this.#epoch.reset(nowMs);
    });
  }

  /** Looks what NAT44 holds, after a start or a change; true where mappings were lost, which is to be announced. */
  align(nowMs: number): Promise<boolean> {
    return this.#inTurn(async () => {
      if ((await this.#service.align(nowMs)) === 0) return false;
      this.#epoch.reset(nowMs);
      return true;
    });
  }

  /** What to tell the LAN unasked after a start or a loss (RFC 6887 §14.1.3, RFC 6886 §3.2.1). */
  announcements(nowMs: number): readonly Uint8Array[] {
    const epochS = this.#epoch.seconds(nowMs);
    const pcp = announcement({ lifetimeS: 0, epochS });
    if (!this.#settings.natPmp) return [pcp];
    return [pcp, natPmpAddress(epochS, this.#settings.externalAddress)];
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => undefined);
    return done;
  }
}
