/** Answers NAT-PMP (RFC 6886), for clients that do not speak PCP. */
import type { Epoch } from "./epoch.js";
import { type MappingService, NAT_PMP_NONCE } from "./mapping-service.js";
import {
  type NatPmpMap,
  natPmpAddress,
  natPmpFailed,
  natPmpMapped,
  OP_ADDRESS,
  OP_MAP_TCP,
  OP_MAP_UDP,
  readNatPmpMap,
} from "./nat-pmp-codec.js";
import { opcodeOf } from "./pcp-codec.js";
import type { ResponderSettings } from "./port-mapper.js";
import { type Outcome, refused } from "./results.js";

const PROTOCOLS: ReadonlyMap<number, number> = new Map([
  [OP_MAP_UDP, 17],
  [OP_MAP_TCP, 6],
]);

export class NatPmpResponder {
  readonly #settings: ResponderSettings;
  readonly #service: MappingService;
  readonly #epoch: Epoch;

  constructor(settings: ResponderSettings, service: MappingService, epoch: Epoch) {
    this.#settings = settings;
    this.#service = service;
    this.#epoch = epoch;
  }

  /** `request` has two bytes at least and is no response. Rejects where NAT44 does not answer. */
  async respond(request: DataView, source: number, nowMs: number): Promise<Uint8Array | null> {
    const opcode = opcodeOf(request);
    const epochS = this.#epoch.seconds(nowMs);
    if (opcode === OP_ADDRESS) return natPmpAddress(epochS, this.#settings.externalAddress);
    const protocol = PROTOCOLS.get(opcode);
    if (protocol === undefined) return natPmpFailed(opcode, "UNSUPP_OPCODE", epochS, null);
    const wish = readNatPmpMap(request);
    if (wish === null) return null;
    const outcome = await this.#map(protocol, source, wish, nowMs);
    if (!outcome.ok) return natPmpFailed(opcode, outcome.result, epochS, wish.internalPort);
    return natPmpMapped(opcode, epochS, wish.internalPort, outcome);
  }

  /** The answer where NAT44 does not answer. */
  unavailable(request: DataView, nowMs: number): Uint8Array {
    const port = readNatPmpMap(request)?.internalPort ?? null;
    return natPmpFailed(opcodeOf(request), "NO_RESOURCES", this.#epoch.seconds(nowMs), port);
  }

  #map(
    protocol: number,
    address: number,
    { internalPort: port, suggestedPort: externalPort, lifetimeS }: NatPmpMap,
    nowMs: number,
  ): Promise<Outcome> | Outcome {
    const nonce = NAT_PMP_NONCE;
    if (lifetimeS === 0) {
      // RFC 6886 §3.4: port 0 stands for all ports of this protocol.
      if (port === 0) return this.#service.unmapAll({ protocol, address, nonce }, nowMs);
      return this.#service.unmap({ protocol, address, port, nonce }, nowMs);
    }
    if (port === 0) return refused("NOT_AUTHORIZED");
    // RFC 6886 §3.3: never longer than asked for.
    const granted = Math.min(lifetimeS, this.#settings.maxLifetimeS);
    const wish = { protocol, address, port, nonce, externalPort, exact: false, lifetimeS: granted };
    return this.#service.map(wish, nowMs);
  }
}
