import "./own-namespace.js";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { type Test, test } from "tap";
import { HEADROOM } from "../../src/pipeline/packet-io.js";
import { Arena, SLOT_LEN } from "../../src/tun/arena.js";
import { NativeQueue } from "../../src/tun/queue.js";
import { ipv6Bytes } from "../support/address-bytes.js";
import { hexDiff } from "../support/hex-diff.js";
import {
  finishedBy,
  joined,
  type Offloaded,
  VIRTIO_LEN,
  withPartialChecksum,
} from "../support/offload.js";
import { encapsulated, ipv4, ipv6, pattern, TCP, tcp, udp } from "../support/packet-builder.js";
import { ALL_OFFLOADS, ip, native, openUp, options, writeOffloaded } from "./device.js";

/*
 *   mapd --> t0 (classifier) --> kernel --> t1, without offloads: the kernel has finished what is read here
 *                                  |
 *                                  +--> v0 === v1 --> kernel --> t1
 */

const BR = "2001:db8:fe::1";
const CE = "2001:db8:12:3400:0:c000:212:34";
const TABLE = "100";
const SEGMENT = 1420;
const QUIET_MS = 100;

function sysctl(name: string, value: string): void {
  writeFileSync(`/proc/sys/net/ipv6/conf/${name}`, value);
}

interface Bench {
  readonly from: NativeQueue;
  readonly to: NativeQueue;
  /** Both devices go with it. */
  close(): void;
}

function open(): Bench {
  sysctl("all/forwarding", "1");
  const t0 = openUp("t0", { name: "offloads", vnetHdr: true, offloads: ALL_OFFLOADS });
  const t1 = native.open(options("t1", { vnetHdr: false }));
  ip("link", "set", "dev", "t1", "addrgenmode", "none");
  ip("link", "set", "dev", "t1", "mtu", "1500", "up");
  ip("route", "add", CE, "dev", "t1");
  return {
    from: new NativeQueue(native, t0.fd, true, t0.offloads),
    to: new NativeQueue(native, t1.fd, false, 0),
    close: () => {
      native.close(t0.fd);
      native.close(t1.fd);
    },
  };
}

/** Leads what goes to the CE once through a veth pair. Returns what undoes it. */
function overVeth(offloads: "on" | "off"): () => void {
  ip("link", "add", "v0", "type", "veth", "peer", "name", "v1");
  for (const name of ["v0", "v1"]) {
    ip("link", "set", "dev", name, "addrgenmode", "none");
    ip("link", "set", "dev", name, "up");
  }
  if (offloads === "off") execFileSync("ethtool", ["-K", "v0", "tx", "off", "sg", "off"]);
  const [, address = ""] = /"address":"([^"]+)"/.exec(ip("-json", "link", "show", "v1")) ?? [];
  ip("-6", "neighbour", "add", CE, "lladdr", address, "dev", "v0", "nud", "permanent");
  ip("route", "replace", CE, "dev", "v0");
  ip("-6", "rule", "add", "iif", "v1", "lookup", TABLE);
  ip("-6", "route", "add", CE, "dev", "t1", "table", TABLE);
  return () => {
    ip("-6", "rule", "del", "iif", "v1", "lookup", TABLE);
    ip("-6", "route", "flush", "table", TABLE);
    ip("link", "del", "v0");
    ip("route", "replace", CE, "dev", "t1");
  };
}

/** Packets as the device was given them: a super-packet is one. */
function sentOver(device: string): number {
  const shown = ip("-json", "-stats", "link", "show", device);
  return Number(/"tx":\{"bytes":\d+,"packets":(\d+)/.exec(shown)?.[1]);
}

/** What comes out for the CE until nothing has for a while; the kernel has something to say for itself, too. */
async function read({ to }: Bench): Promise<Uint8Array[]> {
  const arena = new Arena(64);
  const packets: Uint8Array[] = [];
  for (let quietMs = 0; quietMs < QUIET_MS; quietMs += 10) {
    const count = to.readBatch(arena, arena.slots);
    if (count > 0) quietMs = 0;
    for (let slot = 0; slot < count; slot++) {
      const at = slot * SLOT_LEN + HEADROOM;
      packets.push(arena.memory.slice(at, at + arena.lengths[slot]!));
    }
    if (count === 0) await sleep(10);
  }
  return packets.filter((packet) => Buffer.compare(packet.subarray(24, 40), ipv6Bytes(CE)) === 0);
}

interface Inner {
  readonly df?: boolean;
  readonly tos?: number;
  readonly options?: Uint8Array;
}

/** The tunnel packets of a stream of `count` segments. */
function stream(count: number, size: number, inner: Inner = {}, firstFlags = 0): Uint8Array[] {
  return Array.from({ length: count }, (_, i) => {
    const last = i === count - 1;
    const payload = tcp({
      sport: 80,
      dport: 1232,
      seq: (0xfffff000 + i * size) >>> 0,
      flags: TCP.ack | (i === 0 ? firstFlags : 0) | (last ? TCP.psh | TCP.fin : 0),
      data: pattern(last ? size - 33 : size, i),
    });
    return tunnelled(
      ipv4(
        { src: "198.51.100.2", dst: "192.0.2.18", id: (0xfffe + i) & 0xffff, ...inner },
        payload,
      ),
      inner.tos,
    );
  });
}

function datagrams(sizes: readonly number[]): Uint8Array[] {
  return sizes.map((size, i) =>
    tunnelled(
      ipv4(
        { src: "198.51.100.2", dst: "192.0.2.18", id: 7 + i, df: false },
        udp({ sport: 53, dport: 1232, data: pattern(size, i) }),
      ),
    ),
  );
}

function tunnelled(inner: Uint8Array, trafficClass = 0): Uint8Array {
  return ipv6({ src: BR, dst: CE, trafficClass, hopLimit: 64 }, encapsulated(inner));
}

/** The packet after some routers. */
function routed(packet: Uint8Array, hops: number): Uint8Array {
  return packet.with(7, packet[7]! - hops);
}

function ecn({ bytes, virtio }: Offloaded): Offloaded {
  return { bytes, virtio: virtio.with(1, virtio[1]! | 0x80) };
}

const TRAINS = [
  { name: "two segments", train: joined(stream(2, SEGMENT)), segments: stream(2, SEGMENT) },
  {
    name: "forty segments, the identification goes round",
    train: joined(stream(40, SEGMENT)),
    segments: stream(40, SEGMENT),
  },
  {
    name: "segments without DF",
    train: joined(stream(3, 1000, { df: false })),
    segments: stream(3, 1000, { df: false }),
  },
  {
    name: "CWR with the first segment alone",
    train: ecn(joined(stream(3, SEGMENT, { tos: 2 }, TCP.cwr))),
    segments: stream(3, SEGMENT, { tos: 2 }, TCP.cwr),
  },
  {
    name: "IPv4 options",
    train: joined(stream(3, 1400, { options: Uint8Array.of(1, 1, 1, 0) })),
    segments: stream(3, 1400, { options: Uint8Array.of(1, 1, 1, 0) }),
  },
  {
    name: "nearly 65535 bytes of IPv4, more outside",
    train: joined(stream(47, 1394)),
    segments: stream(47, 1394),
  },
  {
    name: "datagrams",
    train: joined(datagrams([1400, 1400, 3])),
    segments: datagrams([1400, 1400, 3]),
  },
] as const;

/** Empty where both are the same packets in the same order. */
function difference(actual: readonly Uint8Array[], expected: readonly Uint8Array[]): string {
  const count = actual.length === expected.length ? "" : `${actual.length} packets`;
  return expected.reduce((found, packet, i) => {
    return found !== "" ? found : hexDiff(packet, actual[i] ?? new Uint8Array());
  }, count);
}

async function passes(t: Test, bench: Bench, hops: number): Promise<void> {
  for (const { name, train, segments } of TRAINS) {
    t.equal(writeOffloaded(bench.from, train), 0, `${name}: written`);
    const expected = segments.map((segment) => routed(segment, hops));
    t.equal(difference(await read(bench), expected), "", `${name}: in its segments`);
  }
}

test("the kernel cuts a super-packet inside a tunnel into what it stands for", async (t) => {
  const bench = open();
  t.teardown(bench.close);
  t.equal(native.attachClassifier("t0", false), true);
  for (const { name, train, segments } of TRAINS) {
    t.equal(difference(finishedBy(train, true), segments), "", `${name}: so does the model`);
  }
  await passes(t, bench, 1);
});

for (const offloads of ["on", "off"] as const) {
  test(`it crosses a link whose offloads are ${offloads}`, async (t) => {
    const bench = open();
    t.teardown(bench.close);
    native.attachClassifier("t0", false);
    const undo = overVeth(offloads);
    const before = sentOver("v0");
    await passes(t, bench, 2);
    const sent = sentOver("v0") - before;
    const all = TRAINS.reduce((sum, { segments }) => sum + segments.length, 0);
    // Above 64 KiB veth takes nothing whole either; and the kernel has a word of its own for a new link.
    const isCut = offloads === "on" ? sent < all - 40 : sent >= all;
    t.ok(isCut, `${sent} packets on the link for ${all} segments`);
    undo();
  });
}

test("everything else passes as it was", async (t) => {
  const bench = open();
  t.teardown(bench.close);
  native.attachClassifier("t0", false);
  const segment = (i: number): Uint8Array =>
    ipv6(
      { src: BR, dst: CE },
      tcp({ sport: 80, dport: 9, seq: i * 1400, flags: TCP.ack, data: pattern(1400) }),
    );
  const whole = [segment(0), segment(1)];
  const [tunnelPacket] = stream(1, 500);
  const cases: { name: string; written: Offloaded; expected: Uint8Array[] }[] = [
    { name: "a super-packet of IPv6", written: joined(whole), expected: whole },
    {
      name: "a partial checksum inside the tunnel",
      written: withPartialChecksum(tunnelPacket!),
      expected: [tunnelPacket!],
    },
    {
      name: "a packet",
      written: { bytes: segment(0), virtio: new Uint8Array(VIRTIO_LEN) },
      expected: [segment(0)],
    },
  ];
  for (const { name, written, expected } of cases) {
    t.equal(writeOffloaded(bench.from, written), 0);
    const routedOnce = expected.map((packet) => routed(packet, 1));
    t.equal(difference(await read(bench), routedOnce), "", name);
  }
});

function filters(): string {
  const tc = (...args: string[]): string => execFileSync("tc", args, { encoding: "utf8" });
  return `${tc("qdisc", "show", "dev", "t0", "clsact")}${tc("filter", "show", "dev", "t0", "ingress")}`;
}

test("it leaves no trace, and nothing of others goes with it", async (t) => {
  const bench = open();
  t.teardown(bench.close);
  const before = filters();
  const files = readdirSync("/proc/self/fd").length;
  t.not(native.findClassifier("t0", false), 0);
  t.equal(native.attachClassifier("t0", false), true, "the qdisc is ours");
  t.equal(native.findClassifier("t0", false), 0);
  t.match(filters(), /pref 24944 bpf .* mapd direct-action/);
  t.equal(native.attachClassifier("t0", false), false, "again: the qdisc was there");
  t.equal(filters().match(/handle 0x/g)?.length, 1, "in the place of the first");
  t.equal(native.detachClassifier("t0", true), 0);
  t.equal(filters(), before);
  t.not(native.detachClassifier("t0", true), 0, "there is nothing left to take away");

  native.attachClassifier("t0", false);
  const other = "filter add dev t0 ingress protocol ip prio 1 u32 match u32 0 0 flowid 1:1";
  execFileSync("tc", other.split(" "));
  t.equal(native.detachClassifier("t0", true), 0);
  t.match(filters(), /clsact[\s\S]*u32/, "a filter of somebody else stays, and so does the qdisc");
  t.equal(native.attachClassifier("t0", false), false);
  t.equal(native.detachClassifier("t0", false), 0);
  t.match(filters(), /clsact[\s\S]*u32/);
  t.equal(readdirSync("/proc/self/fd").length, files, "no descriptor stays open");
});

test("wrong arguments are refused", async (t) => {
  const refusals: [unknown[], string, string][] = [
    [["nobody", false], "ENODEV", "if_nametoindex"],
    [["", false], "EINVAL", "name"],
    [["sixteen-letters-", false], "EINVAL", "name"],
    [[7, false], "EINVAL", "name"],
    [["t0"], "EINVAL", "name"],
    [["t0", 1], "EINVAL", "name"],
    [["t0", true, true], "EINVAL", "name"],
  ];
  const attach: (...args: never[]) => unknown = native.attachClassifier;
  for (const [args, code, syscall] of refusals) {
    t.throws(() => Reflect.apply(attach, native, args), { code, syscall }, JSON.stringify(args));
  }
  t.equal(native.detachClassifier("nobody", true), -19);
  t.equal(native.findClassifier("nobody", false), -19);
  t.equal(Reflect.apply(native.findClassifier, native, []), -22);
  for (const args of [["t0"], [0, true], ["t0", 1], []]) {
    t.equal(Reflect.apply(native.detachClassifier, native, args), -22, JSON.stringify(args));
  }
});

test("signals that come meanwhile, as at the end of a child, do not keep it off", async (t) => {
  const device = native.open(options("t0"));
  const signals = () => undefined;
  process.on("SIGCHLD", signals);
  const line = `while kill -CHLD ${process.pid}; do :; done`;
  const children = [1, 2].map(() => spawn("sh", ["-c", line], { stdio: "ignore" }));
  try {
    for (let i = 0; i < 300; i++) {
      native.detachClassifier("t0", native.attachClassifier("t0", i % 2 === 0));
    }
    for (const { exitCode } of children) t.equal(exitCode, null, "they came until the end");
  } finally {
    for (const child of children) child.kill("SIGKILL");
    await Promise.all(children.map((child) => once(child, "close")));
    process.off("SIGCHLD", signals);
    native.close(device.fd);
  }
});

test("without the right to load programs it is refused, and the step is named", async (t) => {
  const script = fileURLToPath(new URL("./unprivileged-classifier.js", import.meta.url));
  const command = ["--user", "--map-root-user", "--net", process.execPath, script];
  const said = execFileSync("unshare", command, { encoding: "utf8", timeout: 20_000 });
  t.equal(said.trim(), "EPERM: operation not permitted, BPF_PROG_LOAD");
});

test("the bytecode is what its source gives", async (t) => {
  const root = fileURLToPath(new URL("../../../", import.meta.url));
  const script = `${root}scripts/build-classifier.mjs`;
  t.doesNotThrow(() => execFileSync(process.execPath, [script, "--check"], { timeout: 30_000 }));
});
