/**
 * Which datagram a fragment belongs to (RFC 791 §3.2, RFC 8200 §4.5), as ten words:
 *   0..3 source, the one that limits count by | 4..7 destination | 8 family and protocol | 9 identification
 */
import * as ipv4 from "../../wire/ipv4.js";
import * as ipv6 from "../../wire/ipv6.js";
import type { Packet } from "../packet.js";

export const KEY_WORDS = 10;
export const SOURCE_WORDS = 4;

const FAMILY_PROTOCOL = 8;
const IDENTIFICATION = 9;

/** Scratch: one is enough for a pipeline. */
export class FragmentKey {
  readonly words = new Uint32Array(KEY_WORDS);
  readonly #source = this.words.subarray(0, SOURCE_WORDS);
  readonly #destination = this.words.subarray(SOURCE_WORDS, FAMILY_PROTOCOL);

  /** The key of a plain IPv4 fragment. */
  setIpv4(frame: DataView, packet: Packet): void {
    this.#source.fill(0);
    this.words[3] = ipv4.source(frame, packet.at);
    this.#setInner(frame, packet);
  }

  /** Of an IPv4 fragment out of a tunnel: nobody behind another tunnel end can have a part in its datagram. */
  setTunnelled(frame: DataView, packet: Packet, outerSource: Uint32Array): void {
    this.#source.set(outerSource);
    this.#setInner(frame, packet);
    this.words[5] = ipv4.source(frame, packet.at);
  }

  /**
   * Of an IPv6 fragment. `protocol` is 0 for real reassembly: the next header of later fragments does not
   * count (RFC 8200 §4.5); where it becomes the protocol of an IPv4 fragment it does.
   */
  setIpv6(frame: DataView, packet: Packet, protocol: number): void {
    ipv6.readSource(frame, packet.at, this.#source);
    ipv6.readDestination(frame, packet.at, this.#destination);
    this.words[FAMILY_PROTOCOL] = (6 << 8) | protocol;
    this.words[IDENTIFICATION] = packet.identification;
  }

  #setInner(frame: DataView, packet: Packet): void {
    this.#destination.fill(0);
    this.words[4] = ipv4.destination(frame, packet.at);
    this.words[FAMILY_PROTOCOL] = (4 << 8) | packet.protocol;
    this.words[IDENTIFICATION] = packet.identification;
  }
}
