/** Answers PCP (RFC 6887): one request in, one response out, or none where the RFC wants silence. */
import { containsIpv4 } from "../map/prefix.js";
import type { Epoch } from "./epoch.js";
import { ALL_PROTOCOLS, hasPorts, type MappingService } from "./mapping-service.js";
import {
  clientAddress,
  errorResponse,
  HEADER_LEN,
  MAX_MESSAGE_LEN,
  type MapFields,
  opcodeOf,
  PCP_VERSION,
  readMapFields,
  readPeerFields,
  requestedLifetimeS,
  successResponse,
} from "./pcp-codec.js";
import { ANNOUNCE, bodyLenOf, MAP } from "./pcp-opcodes.js";
import { type PcpOptions, parseOptions } from "./pcp-options.js";
import type { ResponderSettings } from "./port-mapper.js";
import {
  NEVER_OURS_S,
  type Outcome,
  RESULTS,
  type Refused,
  type ResultName,
  refused,
} from "./results.js";

/** RFC 6887 §15: the least lifetime that a server should give. */
const MIN_LIFETIME_S = 120;

/** What could not be read: its answer carries back what the client called itself. */
interface Unparsed {
  readonly fault: ResultName;
  readonly isParsed: boolean;
}

/** Whose mapping a request is about, and how it wants it. */
interface Subject {
  readonly address: number;
  readonly lifetimeS: number;
  readonly options: PcpOptions;
}

export class PcpResponder {
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
    if (request.getUint8(0) !== PCP_VERSION)
      return this.#failed(request, "UNSUPP_VERSION", false, nowMs);
    if (request.byteLength < HEADER_LEN) return null;
    const opcode = opcodeOf(request);
    const fault = judge(request, opcode, source);
    if (fault !== null) return this.#failed(request, fault.fault, fault.isParsed, nowMs);
    const bodyEnd = HEADER_LEN + (bodyLenOf(opcode) ?? 0);
    const parsed = parseOptions(request, bodyEnd, opcode, this.#settings.thirdParty);
    if (!parsed.ok) return this.#failed(request, parsed.result, false, nowMs);
    const { understood } = parsed.options;
    if (opcode === ANNOUNCE)
      return successResponse(request, understood, null, this.#head(0, nowMs));
    const subject = this.#subject(request, source, parsed.options);
    if (!("address" in subject)) return this.#refusal(request, subject, nowMs);
    const outcome =
      opcode === MAP
        ? await this.#map(readMapFields(request), subject, nowMs)
        : await this.#peer(request, subject, nowMs);
    if (!outcome.ok) return this.#refusal(request, outcome, nowMs);
    const { externalAddress: address } = this.#settings;
    const external = outcome.externalPort === 0 ? null : { address, port: outcome.externalPort };
    return successResponse(request, understood, external, this.#head(outcome.lifetimeS, nowMs));
  }

  /** The answer where NAT44 does not answer. */
  unavailable(request: DataView, nowMs: number): Uint8Array {
    return this.#failed(request, "NO_RESOURCES", true, nowMs);
  }

  /** The inside address is the sender's, or that of THIRD_PARTY, which must be another of the LAN (RFC 6887 §13.1). */
  #subject(request: DataView, source: number, options: PcpOptions): Subject | Refused {
    const { thirdParty } = options;
    const address = thirdParty === undefined ? source : thirdParty;
    if (thirdParty === source) return refused("MALFORMED_REQUEST");
    const isLocal = (prefix: ResponderSettings["localPrefixes"][number]): boolean =>
      address !== null && containsIpv4(prefix, address);
    if (address === null || !this.#settings.localPrefixes.some(isLocal)) {
      return refused("NOT_AUTHORIZED");
    }
    return { address, lifetimeS: requestedLifetimeS(request), options };
  }

  async #map(fields: MapFields, subject: Subject, nowMs: number): Promise<Outcome> {
    const { protocol, internalPort: port, nonce } = fields;
    const { address } = subject;
    if (subject.lifetimeS === 0) {
      if (protocol === ALL_PROTOCOLS || port === 0) {
        return this.#service.unmapAll({ protocol, address, nonce }, nowMs);
      }
      return this.#service.unmap({ protocol, address, port, nonce }, nowMs);
    }
    // RFC 6887 §11.1: protocol 0 and port 0 mean all of them, which a shared address cannot give.
    if (!hasPorts(protocol) || port === 0) return refused("UNSUPP_PROTOCOL");
    const exact = subject.options.preferFailure;
    if (exact && !this.#isOurs(fields.suggestedAddress)) {
      return refused("CANNOT_PROVIDE_EXTERNAL", NEVER_OURS_S);
    }
    const externalPort = fields.suggestedPort;
    const lifetimeS = this.#clamp(subject.lifetimeS);
    const wish = { protocol, address, port, nonce, externalPort, lifetimeS };
    return this.#service.map({ ...wish, exact: exact && externalPort !== 0 }, nowMs);
  }

  #peer(request: DataView, subject: Subject, nowMs: number): Promise<Outcome> | Outcome {
    const fields = readPeerFields(request);
    const { protocol, internalPort: port, nonce, suggestedPort: externalPort } = fields;
    if (protocol === 0 || port === 0 || fields.remotePort === 0)
      return refused("MALFORMED_REQUEST");
    // There is no code for a remote end of a family that this NAT does not have.
    if (fields.remoteAddress === null) return refused("UNSUPP_PROTOCOL");
    if (!this.#isOurs(fields.suggestedAddress)) {
      return refused("CANNOT_PROVIDE_EXTERNAL", NEVER_OURS_S);
    }
    const remote = { address: fields.remoteAddress, port: fields.remotePort };
    const lifetimeS = this.#clamp(subject.lifetimeS);
    const { address } = subject;
    const wish = { protocol, address, port, nonce, externalPort, remote, lifetimeS };
    return this.#service.peer(wish, nowMs);
  }

  #isOurs(suggested: number | null): boolean {
    return suggested === 0 || suggested === this.#settings.externalAddress;
  }

  #clamp(lifetimeS: number): number {
    return Math.min(Math.max(lifetimeS, MIN_LIFETIME_S), this.#settings.maxLifetimeS);
  }

  #head(lifetimeS: number, nowMs: number): { lifetimeS: number; epochS: number } {
    return { lifetimeS, epochS: this.#epoch.seconds(nowMs) };
  }

  #failed(request: DataView, result: ResultName, isParsed: boolean, nowMs: number): Uint8Array {
    const head = this.#head(RESULTS[result].lifetimeS, nowMs);
    return errorResponse(request, result, isParsed, head);
  }

  #refusal(request: DataView, { result, lifetimeS }: Refused, nowMs: number): Uint8Array {
    return errorResponse(request, result, true, this.#head(lifetimeS, nowMs));
  }
}

/** What is wrong with the message before its options, in the order of RFC 6887 §8.2; null where nothing is. */
function judge(request: DataView, opcode: number, source: number): Unparsed | null {
  const len = request.byteLength;
  if (len > MAX_MESSAGE_LEN || len % 4 !== 0)
    return { fault: "MALFORMED_REQUEST", isParsed: false };
  const bodyLen = bodyLenOf(opcode);
  if (bodyLen === null) return { fault: "UNSUPP_OPCODE", isParsed: false };
  if (len < HEADER_LEN + bodyLen) return { fault: "MALFORMED_REQUEST", isParsed: false };
  // A NAT between client and us would have mappings of its own in the way.
  if (clientAddress(request) !== source) return { fault: "ADDRESS_MISMATCH", isParsed: true };
  return null;
}
