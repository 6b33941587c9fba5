/** What a CE owns: its IPv4 address or prefix, its port set, its MAP address; and what its LAN may send from. */
import { ceFromEndUserPrefix, portSetOf } from "../map/ce.js";
import type { PortSet } from "../map/port-set.js";
import { signedMaskOf } from "../map/prefix.js";
import { ruleKind } from "../map/rule.js";
import * as record from "../map/rule-record.js";
import * as ipv6 from "../wire/ipv6.js";
import type { CeSettings } from "./settings.js";

export class CeSelf {
  /** The MAP address; for a MAP-T prefix the one of the prefix's first IPv4 address. */
  readonly mapIpv6: Uint32Array;
  /** The shared or full address, or the first of the prefix; signed 32-bit. */
  readonly ipv4: number;
  readonly ports: PortSet;
  /** True where other CEs have the same address and other ports. */
  readonly isShared: boolean;
  /** True where each address of an IPv4 prefix has a MAP address of its own (MAP-T with a prefix). */
  readonly #manyAddresses: boolean;
  readonly #mask: number;
  /** The record of the basic mapping rule: a table for it would be as large as one for a thousand. */
  readonly #bmr = new Int32Array(record.RECORD_WORDS);
  readonly #expectedScratch = new Uint32Array(4);
  /** Pairs of address and mask. */
  readonly #local: Int32Array;

  /** Throws where the end-user prefix does not belong to the rule: the configuration was not checked. */
  constructor(settings: CeSettings) {
    const rule = settings.rules[settings.bmr];
    if (rule === undefined) throw new Error(`domain ${settings.name}: no basic mapping rule`);
    const ce = ceFromEndUserPrefix(rule, settings.endUserPrefix);
    if (!ce.ok) throw new Error(`domain ${settings.name}: ${ce.diagnostics[0]?.message}`);
    record.writeRecord(rule, false, this.#bmr, 0);
    if (settings.mode === "map-t") record.markWholeAddress(this.#bmr, 0);
    this.ipv4 = ce.value.ipv4.address | 0;
    this.#mask = signedMaskOf(ce.value.ipv4.len);
    this.mapIpv6 = Uint32Array.from(ce.value.mapIpv6);
    this.ports = portSetOf(rule, ce.value.psid);
    this.isShared = ruleKind(rule) === "shared";
    this.#manyAddresses = settings.mode === "map-t" && ruleKind(rule) === "prefix";
    const pairs = settings.localPrefixes.flatMap((prefix) => [
      prefix.address,
      signedMaskOf(prefix.len),
    ]);
    this.#local = Int32Array.from(pairs);
  }

  /** True for an IPv4 source that NAT44 takes. */
  isLocal(address: number): boolean {
    const local = this.#local;
    for (let i = 0; i < local.length; i += 2) {
      if ((address & local[i + 1]!) === local[i]) return true;
    }
    return false;
  }

  ownsIpv4(address: number): boolean {
    return (address & this.#mask) === this.ipv4;
  }

  ownsIpv6(address: Uint32Array): boolean {
    if (!this.#manyAddresses) return ipv6.sameAddress(address, this.mapIpv6);
    const embedded = record.readIpv4(this.#bmr, 0, address);
    if (!this.ownsIpv4(embedded)) return false;
    record.writeMapAddress(this.#bmr, 0, embedded, 0, this.#expectedScratch);
    return ipv6.sameAddress(address, this.#expectedScratch);
  }

  /** The IPv4 destination that a packet to one of our MAP addresses means (RFC 7599 §8.2). */
  ipv4Behind(address: Uint32Array): number {
    return this.#manyAddresses ? record.readIpv4(this.#bmr, 0, address) : this.ipv4;
  }

  /** Writes the MAP address that packets from one of our IPv4 addresses have as their source. */
  writeMapAddress(address: number, out: Uint32Array): void {
    if (this.#manyAddresses) record.writeMapAddress(this.#bmr, 0, address, 0, out);
    else ipv6.copyAddress(this.mapIpv6, out);
  }
}
