/**
 * All that native/ exports. But for open(), attachClassifier() and openIntakes() nothing throws: a negative result is -errno, and an
 * argument of another kind or out of range is -EINVAL. The addon has no state, so an fd may be handed to a worker.
 */

/** Offload bits of TUNSETOFFLOAD, linux/if_tun.h. */
export const TUN_F_CSUM = 0x01;
export const TUN_F_TSO4 = 0x02;
export const TUN_F_TSO6 = 0x04;
export const TUN_F_TSO_ECN = 0x08;
export const TUN_F_USO4 = 0x20;
export const TUN_F_USO6 = 0x40;

export interface OpenOptions {
  /** Device name, 1 to 15 bytes; the kernel fills in a number for one `%d`. */
  readonly name: string;
  readonly multiQueue: boolean;
  /** Packets travel with a 10-byte virtio header. */
  readonly vnetHdr: boolean;
  /** TUN_F_* bits to ask for; the bits that the kernel refuses are left out (0 without vnetHdr). */
  readonly offloads: number;
  /** True: the device must exist already (made by somebody else), else ENODEV. False: it must not, else EBUSY. */
  readonly attach: boolean;
  /**
   * True: one more queue of a device that is open already, else ENODEV; needs multiQueue, and vnetHdr and
   * offloads as for the first queue, because the kernel keeps both for the whole device.
   */
  readonly addQueue?: boolean;
}

export interface OpenResult {
  readonly fd: number;
  /** Name as the kernel gave it. */
  readonly name: string;
  /** TUN_F_* bits that the kernel accepted. */
  readonly offloads: number;
}

export interface NativeTun {
  /**
   * Opens or attaches to one TUN queue, non-blocking. Throws an Error with `code` (EPERM, ENOENT, EBUSY ...),
   * `errno` (negative) and `syscall`: "open" for /dev/net/tun itself, the ioctl's name, "if_nametoindex" where
   * the device to attach to is missing, or with EINVAL the name of the option that is wrong.
   */
  open(options: OpenOptions): OpenResult;
  /**
   * Reads up to `count` packets. Packet i goes to arena[i * slotLen + headroom ...), its virtio header to the
   * bytes right before that (zeroed where vnetHdr is false); lengths[i] is its length without the virtio header.
   * A packet longer than its slot is cut: its own length field then disagrees with lengths[i].
   * `intakeFd`: an intake to read from, too, in turn with the queue, which then needs vnetHdr; -1: none.
   * Returns how many were read (0: nothing waits), or -errno when the first read failed. headroom is at least 10.
   */
  readBatch(
    fd: number,
    vnetHdr: boolean,
    arena: Uint8Array,
    slotLen: number,
    headroom: number,
    lengths: Uint32Array,
    count: number,
    intakeFd: number,
  ): number;
  /**
   * Writes `count` packets arena[starts[i] .. ends[i]), each with its virtio header in the 10 bytes before starts[i]
   * (skipped where vnetHdr is false). results[i] is 0, or -errno for a packet that the kernel refused; -EINVAL also
   * for one that is empty, leaves the arena or has no 10 bytes before it. Never waits: a full queue is -EAGAIN.
   * Returns how many packets were taken.
   */
  writeBatch(
    fd: number,
    vnetHdr: boolean,
    arena: Uint8Array,
    starts: Uint32Array,
    ends: Uint32Array,
    results: Int32Array,
    count: number,
  ): number;
  /**
   * As writeBatch() with vnetHdr, of packets whose first bytes lie apart: packet i is heads[i * headSlotLen ...), headLens[i]
   * bytes with the virtio header, and then arena[starts[i] .. ends[i]), where starts[i] is headLens[i] at least. Where headLens[i]
   * is 0 it is one as writeBatch() has it. headSlotLen is 256 at most; the arena is as it was afterwards.
   */
  writePieces(
    fd: number,
    arena: Uint8Array,
    starts: Uint32Array,
    ends: Uint32Array,
    heads: Uint8Array,
    headSlotLen: number,
    headLens: Uint32Array,
    results: Int32Array,
    count: number,
  ): number;
  /** A new eventfd that wait() listens to; or -errno. */
  createWake(): number;
  /** Ends a wait() of another thread, now or its next one. Returns 0 or -errno. */
  wake(wakeFd: number): number;
  /**
   * Blocks until the queue or its intake (-1: none) is readable (1), it was woken (2), both (3), or timeoutMs passed (0);
   * or -errno. timeoutMs -1 waits for ever. A device that is gone is readable, and the read then tells why (-EBADFD).
   */
  wait(fd: number, wakeFd: number, timeoutMs: number, intakeFd: number): number;
  /**
   * Gives the pages that lie as a whole in memory[from ...) back to the kernel: they are zeros then, and take no memory
   * until they are written. Returns 0 or -errno.
   */
  releasePages(memory: Uint8Array, from: number): number;
  /**
   * Asks for huge pages where pages of the memory are written for the first time, as far as the memory covers such. Returns
   * 0 or -errno: -EINVAL where the kernel has none.
   */
  askHugePages(memory: Uint8Array): number;
  /** Closes an fd of open(), createWake() or openIntakes(). Returns 0 or -errno. */
  close(fd: number): number;
  /**
   * Loads a classifier of native/classifier and puts it on the way from or to the device, in the place of one that is
   * there. From the device: it takes super-packets of IPv4 behind an IPv6 header from then on, each with the virtio header
   * of the inner packet. To the device, where the first one is: all of IPv6 goes to the device's intakes, super-packets
   * inside a tunnel whole. Returns true where the device got its clsact qdisc by that, and had none before. Throws an Error
   * like open(), `syscall` naming the step: "if_nametoindex", "BPF_PROG_LOAD", "RTM_NEWQDISC", "RTM_NEWTFILTER"; nothing is
   * left behind then.
   */
  attachClassifier(name: string, toDevice: boolean): boolean;
  /** Takes both classifiers away, and with `madeQdisc` the qdisc, too, unless it holds other filters. Returns 0 or -errno. */
  detachClassifier(name: string, madeQdisc: boolean): number;
  /** Returns 0 while the classifier is there, else -errno: -ENODEV without the device, another where somebody took it away. */
  findClassifier(name: string, toDevice: boolean): number;
  /**
   * Opens packet sockets that share, flow by flow, what the classifier on the way to the device turns around; all or none.
   * Throws an Error like open(), `syscall` naming the step: "if_nametoindex", "AF_PACKET", "bind", or a socket option.
   */
  openIntakes(name: string, count: number): number[];
  /** Packets that found no room in an intake since the last call; or -errno. */
  intakeDrops(fd: number): number;
}
