/** A responder of example 1 of RFC 7597 App. A, 192.0.2.18, over a small NAT44, at a time that stands still. */
import { parseIpv4Prefix } from "../../src/map/prefix.js";
import type { ResponderSettings } from "../../src/pcp/port-mapper.js";
import { Responder } from "../../src/pcp/responder.js";
import { parseIpv4 } from "../../src/wire/address.js";
import { type PcpAnswer, readAnswer } from "./pcp-client.js";
import { SmallMapper } from "./port-mapper.js";

export const HOST = "192.168.1.10";
export const NEIGHBOUR = "192.168.1.11";
export const EXTERNAL = "192.0.2.18";

export const SETTINGS: ResponderSettings = {
  externalAddress: addressOf(EXTERNAL),
  localPrefixes: [parseIpv4Prefix("192.168.1.0/24")!],
  natPmp: true,
  thirdParty: false,
  maxMappingsPerHost: 3,
  maxLifetimeS: 86_400,
};

export function addressOf(text: string): number {
  return parseIpv4(text)!;
}

export class PcpBench {
  readonly mapper = new SmallMapper();
  readonly faults: unknown[] = [];
  readonly responder: Responder;
  nowMs = 0;

  constructor(settings: Partial<ResponderSettings> = {}) {
    this.responder = new Responder({ ...SETTINGS, ...settings }, this.mapper, {
      nowMs: this.nowMs,
      onFault: (fault) => this.faults.push(fault),
    });
  }

  send(bytes: Uint8Array, source = HOST): Promise<Uint8Array | null> {
    return this.responder.respond(bytes, addressOf(source), this.nowMs);
  }

  /** The response, which there must be, of PCP. */
  async ask(bytes: Uint8Array, source = HOST): Promise<PcpAnswer> {
    const answer = await this.send(bytes, source);
    if (answer === null) throw new Error("no answer");
    return readAnswer(answer);
  }
}
