import "./own-namespace.js";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { test } from "tap";
import type { OpenOptions } from "../../src/tun/native.js";
import {
  TUN_F_CSUM,
  TUN_F_TSO_ECN,
  TUN_F_TSO4,
  TUN_F_TSO6,
  TUN_F_USO4,
} from "../../src/tun/native.js";
import { ALL_OFFLOADS, hasDevice, ip, MODES, native, options } from "./device.js";

const EBADF = 9;

for (const { name, vnetHdr, offloads } of MODES) {
  test(`open and close: ${name}`, async (t) => {
    const queue = native.open(options("t0", { vnetHdr, offloads }));
    t.equal(queue.name, "t0");
    t.equal(queue.offloads, offloads);
    t.match(ip("-details", "link", "show", "t0"), vnetHdr ? /vnet_hdr on/ : /vnet_hdr off/);
    t.equal(native.close(queue.fd), 0);
    t.equal(hasDevice("t0"), false);
  });
}

const OFFLOAD_CASES = [
  { name: "everything", asked: ALL_OFFLOADS, accepted: ALL_OFFLOADS },
  { name: "checksums alone", asked: TUN_F_CSUM, accepted: TUN_F_CSUM },
  {
    name: "half of USO is refused, the rest stays",
    asked: ALL_OFFLOADS & ~TUN_F_USO4,
    accepted: TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_TSO_ECN,
  },
  {
    name: "ECN without TSO is refused, checksums stay",
    asked: TUN_F_CSUM | TUN_F_TSO_ECN,
    accepted: TUN_F_CSUM,
  },
  { name: "TSO without checksums is refused", asked: TUN_F_TSO4 | TUN_F_TSO6, accepted: 0 },
];

for (const { name, asked, accepted } of OFFLOAD_CASES) {
  test(`offloads: ${name}`, async (t) => {
    const queue = native.open(options("t0", { offloads: asked }));
    t.teardown(() => native.close(queue.fd));
    t.equal(queue.offloads, accepted);
  });
}

test("offloads: none without a virtio header, whatever was asked for", async (t) => {
  const queue = native.open(options("t0", { vnetHdr: false, offloads: ALL_OFFLOADS }));
  t.teardown(() => native.close(queue.fd));
  t.equal(queue.offloads, 0);
});

test("the kernel numbers a name with %d", async (t) => {
  const queue = native.open(options("tun%d"));
  t.teardown(() => native.close(queue.fd));
  t.equal(queue.name, "tun0");
});

test("refusals", async (t) => {
  const held = native.open(options("held"));
  const many = native.open(options("many", { multiQueue: true }));
  ip("tuntap", "add", "dev", "kept", "mode", "tun");
  t.teardown(() => {
    native.close(held.fd);
    native.close(many.fd);
    ip("tuntap", "del", "dev", "kept", "mode", "tun");
  });
  const cases: { name: string; options: OpenOptions; code: string; syscall: string }[] = [
    {
      name: "held by a queue",
      options: options("held"),
      code: "EBUSY",
      syscall: "TUNSETIFF",
    },
    {
      name: "a persistent device is not taken over",
      options: options("kept"),
      code: "EBUSY",
      syscall: "TUNSETIFF",
    },
    {
      name: "a multi-queue device is not joined by accident",
      options: options("many", { multiQueue: true }),
      code: "EBUSY",
      syscall: "TUNSETIFF",
    },
    {
      name: "a device of another kind",
      options: options("lo"),
      code: "EBUSY",
      syscall: "TUNSETIFF",
    },
    {
      name: "attach to a device of another kind",
      options: options("lo", { attach: true }),
      code: "EINVAL",
      syscall: "TUNSETIFF",
    },
    {
      name: "attach to nothing",
      options: options("gone", { attach: true }),
      code: "ENODEV",
      syscall: "if_nametoindex",
    },
    {
      name: "another queue of nothing",
      options: options("gone", { multiQueue: true, addQueue: true }),
      code: "ENODEV",
      syscall: "if_nametoindex",
    },
    {
      name: "another queue of a single-queue device",
      options: options("held", { multiQueue: true, addQueue: true }),
      code: "EINVAL",
      syscall: "TUNSETIFF",
    },
    {
      name: "another queue without multiQueue",
      options: options("many", { addQueue: true }),
      code: "EINVAL",
      syscall: "addQueue",
    },
    { name: "no name", options: options(""), code: "EINVAL", syscall: "name" },
    {
      name: "a name of 16 bytes",
      options: options("abcdefghijklmnop"),
      code: "EINVAL",
      syscall: "name",
    },
    {
      name: "a name of 100 bytes",
      options: options("x".repeat(100)),
      code: "EINVAL",
      syscall: "name",
    },
    { name: "a NUL in the name", options: options("a\0b"), code: "EINVAL", syscall: "name" },
    { name: "a slash in the name", options: options("a/b"), code: "EINVAL", syscall: "TUNSETIFF" },
    {
      name: "an unknown offload bit",
      options: options("t1", { offloads: 0x10 }),
      code: "EINVAL",
      syscall: "offloads",
    },
  ];
  for (const c of cases)
    t.throws(() => native.open(c.options), { code: c.code, syscall: c.syscall }, c.name);
  t.equal(hasDevice("gone"), false, "nothing was made on the way");
  t.equal(hasDevice("t1"), false);
});

test("a name of 15 bytes is whole", async (t) => {
  const queue = native.open(options("abcdefghijklmno"));
  t.teardown(() => native.close(queue.fd));
  t.equal(queue.name, "abcdefghijklmno");
});

test("attach to a persistent device and leave it there", async (t) => {
  ip("tuntap", "add", "dev", "kept", "mode", "tun");
  t.teardown(() => ip("tuntap", "del", "dev", "kept", "mode", "tun"));
  const queue = native.open(options("kept", { attach: true, offloads: ALL_OFFLOADS }));
  t.equal(queue.name, "kept");
  t.equal(queue.offloads, ALL_OFFLOADS);
  t.equal(native.close(queue.fd), 0);
  t.equal(hasDevice("kept"), true);
});

test("a second queue of our own device", async (t) => {
  const more = { multiQueue: true, offloads: ALL_OFFLOADS };
  const first = native.open(options("many", more));
  t.teardown(() => native.close(first.fd));
  const second = native.open(options("many", { ...more, addQueue: true }));
  t.not(second.fd, first.fd);
  t.match(second, { name: "many", offloads: ALL_OFFLOADS });
  t.match(ip("-details", "link", "show", "many"), /multi_queue numqueues 2/);
  t.equal(native.close(second.fd), 0);
  t.equal(hasDevice("many"), true, "the first queue holds the device");
});

test("a closed fd is -EBADF everywhere", async (t) => {
  const { fd } = native.open(options("t0"));
  const wakeFd = native.createWake();
  t.teardown(() => native.close(wakeFd));
  t.equal(native.close(fd), 0);
  const arena = new Uint8Array(2048);
  const one = Uint32Array.of(512);
  const results = new Int32Array(1);
  t.equal(native.readBatch(fd, true, arena, 2048, 256, one, 1, -1), -EBADF);
  t.equal(native.writeBatch(fd, true, arena, Uint32Array.of(256), one, results, 1), 0);
  t.equal(results[0], -EBADF);
  t.equal(native.wait(fd, wakeFd, 1000, -1), -EBADF);
  t.equal(native.wake(fd), -EBADF);
  t.equal(native.close(fd), -EBADF);
});

test("the device goes with a process that is killed", async (t) => {
  const child = spawn(
    process.execPath,
    [fileURLToPath(new URL("hold-device.js", import.meta.url)), "doomed"],
    {
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  t.teardown(() => child.kill("SIGKILL"));
  const [line] = await once(child.stdout, "data");
  t.equal(String(line).trim(), "doomed");
  t.equal(hasDevice("doomed"), true);
  const exit = once(child, "exit");
  child.kill("SIGKILL");
  await exit;
  t.equal(hasDevice("doomed"), false);
});
