/** What native/ exports beside the packet path. Nothing throws: a negative result is -errno, a wrong argument -EINVAL. */

/** Who made a connection, as the kernel noted it then. */
export interface Peer {
  /** 0 where it is in a PID namespace that this process does not see. */
  readonly pid: number;
  readonly uid: number;
  /** The primary group first, then the supplementary ones. */
  readonly gids: readonly number[];
}

export interface NativeSystem {
  /**
   * Sends one message to a service manager, sd_notify(3): `address` as NOTIFY_SOCKET has it, a path or `@` and a name in
   * the abstract namespace. Waits for a second at most.
   */
  notify(address: string, text: string): number;
  /** From now on no core file is written, and no process of the same user may read this one's memory. */
  forbidDumps(): number;
  /**
   * From now on the C library keeps 128 KiB at most at the end of each of its heaps: without it V8's compilers alone leave
   * 20 MiB there, which nobody uses.
   */
  boundMalloc(): number;
  /** Gives back what it keeps between blocks that are in use; takes less than a millisecond. */
  trimMalloc(): void;
  /**
   * Takes from every thread, and from what it will execute, all capabilities but those of `keep` (bit 2 ** CAP_...) that
   * it has, and the way to new ones. -ETIMEDOUT where a thread has not answered in two seconds.
   */
  limitPrivileges(keep: number): number;
  /** The number of a group by its name; -ENOENT where there is none. */
  findGroup(name: string): number;
  /** The other end of a Unix socket. */
  readPeer(fd: number): Peer | number;
}
