/**
 * SYNs from outside that NAT44 refused. Nobody is told for six seconds, since the inside host may be opening the same
 * connection from its end; only then is its sender (RFC 5382 §4.3). Bounded: what finds no room is never told.
 */
import { completeAndClear } from "../translate/fragment/complete-and-clear.js";
import { copyBytes } from "../translate/fragment/copy-bytes.js";
import { KIND_TCP, Packet, resetPacket } from "../translate/packet.js";
import * as ipv4 from "../wire/ipv4.js";
import * as tcp from "../wire/tcp.js";

/** RFC 5382 §4.3, REQ-4. */
export const SYN_SILENCE_MS = 6_000;

export const MAX_UNSOLICITED_SYNS = 64;

/** Bytes of the longest packet that is remembered: what an ordinary link carries. */
const ROOM = 1536;

const FREE = Number.POSITIVE_INFINITY;
const SYN_KIND = tcp.FLAG_SYN | tcp.FLAG_ACK | tcp.FLAG_RST | tcp.FLAG_FIN;

export class UnsolicitedSyns {
  /** By entry, the whole packet as it came, from its outermost header on; valid after `takeDue()`. */
  readonly frames: readonly DataView[];
  readonly #ends: Uint16Array;
  readonly #dueMs: Float64Array;
  /** Both ends of the connection: external port << 16 | remote port; remote address. */
  readonly #ports: Int32Array;
  readonly #remotes: Int32Array;
  readonly #scratch = new Packet();
  #count = 0;

  /** `most`: SYNs remembered at once, 0 for none; 1.5 KiB each. */
  constructor(most: number) {
    this.frames = Array.from({ length: most }, () => new DataView(new ArrayBuffer(ROOM)));
    this.#ends = new Uint16Array(most);
    this.#dueMs = new Float64Array(most).fill(FREE);
    this.#ports = new Int32Array(most);
    this.#remotes = new Int32Array(most);
  }

  get isEmpty(): boolean {
    return this.#count === 0;
  }

  /** One past the last byte of an entry's packet. */
  end(entry: number): number {
    return this.#ends[entry]!;
  }

  /** Remembers the packet at hand, refused on its way from `remote`:`remotePort` in, where it is a SYN and there is room. */
  remember(
    frame: DataView,
    packet: Packet,
    remote: number,
    remotePort: number,
    nowMs: number,
  ): void {
    if (packet.kind !== KIND_TCP || (packet.tcpFlags & SYN_KIND) !== tcp.FLAG_SYN) return;
    const len = packet.end - packet.outerAt;
    if (packet.isFragment || packet.isSuper || len > ROOM) return;
    const ports = portsOf(packet.destinationPort, remotePort);
    // A SYN that is sent again waits with the first one.
    if (this.#find(ports, remote) >= 0) return;
    const entry = this.#dueMs.indexOf(FREE);
    if (entry < 0) return;
    const copy = this.frames[entry]!;
    copyBytes(frame, packet.outerAt, copy, 0, len);
    if (packet.partial) completeCopy(copy, packet, this.#scratch);
    this.#ends[entry] = len;
    this.#ports[entry] = ports;
    this.#remotes[entry] = remote;
    this.#dueMs[entry] = nowMs + SYN_SILENCE_MS;
    this.#count++;
  }

  /** The inside host has sent a SYN of the same connection: a simultaneous open (RFC 9293 §3.5). */
  forget(externalPort: number, remote: number, remotePort: number): void {
    const entry = this.#find(portsOf(externalPort, remotePort), remote);
    if (entry >= 0) this.#free(entry);
  }

  /** An entry whose sender is to be told now, or -1; its packet stays valid until the next `remember()`. */
  takeDue(nowMs: number): number {
    if (this.#count === 0) return -1;
    for (let entry = 0; entry < this.frames.length; entry++) {
      if (this.#dueMs[entry]! > nowMs) continue;
      this.#free(entry);
      return entry;
    }
    return -1;
  }

  #find(ports: number, remote: number): number {
    if (this.#count === 0) return -1;
    for (let entry = 0; entry < this.frames.length; entry++) {
      if (this.#ports[entry] !== ports || this.#remotes[entry] !== remote) continue;
      if (this.#dueMs[entry] !== FREE) return entry;
    }
    return -1;
  }

  #free(entry: number): void {
    this.#dueMs[entry] = FREE;
    this.#count--;
  }
}

function portsOf(externalPort: number, remotePort: number): number {
  return (externalPort << 16) | remotePort;
}

/** Of a packet that the kernel left to a device to complete (virtio 1.2 §5.1.6). */
function completeCopy(copy: DataView, packet: Packet, scratch: Packet): void {
  resetPacket(scratch);
  scratch.kind = KIND_TCP;
  scratch.protocol = ipv4.PROTOCOL_TCP;
  scratch.transportAt = packet.transportAt - packet.outerAt;
  scratch.end = packet.end - packet.outerAt;
  scratch.len = packet.len;
  scratch.segmentLen = packet.segmentLen;
  scratch.partial = true;
  completeAndClear(copy, scratch);
}
