/* What the addon does beside packets: service manager, privileges, dumps, credentials. */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Test, test } from "tap";
import { loadNativeSystem } from "../../daemon/native-loader.js";
import { NotifySocket } from "../support/notify-socket.js";

const native = loadNativeSystem();

const ENOENT = 2;
const EINVAL = 22;
const EBADF = 9;
const ENOTSOCK = 88;
const ECONNREFUSED = 111;

const CAP_NET_ADMIN = 2 ** 12;
const CAP_BPF = 2 ** 39;

function folder(t: Test): string {
  const path = mkdtempSync(join(tmpdir(), "mapd-system-"));
  t.teardown(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

function program(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}

test("a message reaches a service manager at a path and in the abstract namespace", async (t) => {
  for (const address of [join(folder(t), "notify"), `@mapd-test-${process.pid}`]) {
    const manager = await NotifySocket.open(t, address);
    t.equal(native.notify(address, "READY=1\nSTATUS=läuft"), 0, address);
    t.equal(native.notify(address, "x".repeat(4095)), 0);
    await manager.until((text) => text.startsWith("x"));
    t.same(manager.messages, ["READY=1\nSTATUS=läuft", "x".repeat(4095)]);
  }
});

const REFUSED = [
  { name: "nobody there", address: "/nonexistent/notify", text: "READY=1", errno: ENOENT },
  { name: "no abstract socket", address: "@mapd-nobody", text: "READY=1", errno: ECONNREFUSED },
  { name: "a relative path", address: "run/notify", text: "READY=1", errno: EINVAL },
  { name: "no address", address: "", text: "READY=1", errno: EINVAL },
  { name: "half an address", address: "@", text: "READY=1", errno: EINVAL },
  { name: "an address too long", address: `/${"x".repeat(107)}`, text: "READY=1", errno: EINVAL },
  { name: "nothing to say", address: "/nonexistent", text: "", errno: EINVAL },
  { name: "too much to say", address: "/nonexistent", text: "x".repeat(4096), errno: EINVAL },
  { name: "a NUL in the message", address: "/nonexistent", text: "a\0b", errno: EINVAL },
];

for (const { name, address, text, errno } of REFUSED) {
  test(`a message is refused: ${name}`, async (t) => {
    t.equal(native.notify(address, text), -errno);
  });
}

/** Runs privileges-child; gives what it and its threads have left. */
function limited(keep: number, ...wrapper: readonly string[]): Limited {
  const [command = "", ...args] = [
    ...wrapper,
    process.execPath,
    program("privileges-child.js"),
    String(keep),
  ];
  return JSON.parse(execFileSync(command, args, { encoding: "utf8", timeout: 30_000 }));
}

interface Limited {
  readonly result: number;
  readonly threads: readonly Record<string, string>[];
  readonly child: Record<string, string>;
}

/** What /proc says of a thread that has these capabilities and no other. */
function holding(mask: number): Record<string, string> {
  const text = mask.toString(16).padStart(16, "0");
  return { CapInh: text, CapPrm: text, CapEff: text, CapAmb: text, NoNewPrivs: "1" };
}

const LIMITS = [
  { name: "nothing is kept", keep: 0, wrapper: [], left: 0 },
  { name: "one capability is kept", keep: CAP_NET_ADMIN, wrapper: [], left: CAP_NET_ADMIN },
  {
    name: "what was not there is not kept",
    keep: CAP_NET_ADMIN + CAP_BPF,
    wrapper: ["setpriv", "--bounding-set=-all,+net_admin,+sys_time", "--inh-caps=-all"],
    left: CAP_NET_ADMIN,
  },
  {
    name: "where the uid of root gives nothing, what was ambient stays",
    keep: CAP_NET_ADMIN,
    wrapper: [
      "setpriv",
      "--securebits=+no_setuid_fixup,+noroot",
      "--bounding-set=-all,+net_admin,+sys_time",
      "--inh-caps=-all,+net_admin,+sys_time",
      "--ambient-caps=-all,+net_admin,+sys_time",
    ],
    left: CAP_NET_ADMIN,
  },
  {
    name: "with so many groups that what /proc says of a thread fills pages",
    keep: CAP_NET_ADMIN,
    wrapper: ["setpriv", `--groups=${Array.from({ length: 2000 }, (_, i) => 1_000_000 + i)}`],
    left: CAP_NET_ADMIN,
  },
];

for (const { name, keep, wrapper, left } of LIMITS) {
  test(`every thread, and every program executed, is limited: ${name}`, async (t) => {
    const { result, threads, child } = limited(keep, ...wrapper);
    t.equal(result, 0);
    t.ok(threads.length >= 10, `${threads.length} threads`);
    for (const thread of threads) t.same(thread, holding(left));
    t.same(child, holding(left));
  });
}

test("a mask that is none is refused, and nothing changes", async (t) => {
  const before = readFileSync("/proc/self/status", "utf8").match(/^Cap.*$/gm);
  for (const mask of [-1, 0.5, 2 ** 53, Number.NaN]) t.equal(native.limitPrivileges(mask), -EINVAL);
  t.same(readFileSync("/proc/self/status", "utf8").match(/^Cap.*$/gm), before);
});

test("no dump: no core file, and memory that the same user may not read", async (t) => {
  const child = spawn(process.execPath, [program("dumps-child.js")], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  t.teardown(() => child.kill("SIGKILL"));
  const [line] = await once(child.stdout, "data");
  t.same(JSON.parse(String(line)), { result: 0, soft: "0", hard: "0" });
  // The kernel gives the files of such a process to root, and lets only a tracer's privilege in.
  const read = spawn("setpriv", [
    "--bounding-set=-all",
    "--inh-caps=-all",
    "head",
    "--bytes=1",
    `/proc/${child.pid}/environ`,
  ]);
  const [status] = await once(read, "exit");
  t.not(status, 0);
});

/** Connects, and waits to be told to go. */
const CLIENT = `require("node:net").createConnection(process.argv[1]).resume()`;

test("the kernel says who is at the other end of a connection", async (t) => {
  const path = join(folder(t), "s");
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(path, resolve));
  t.teardown(() => server.close());
  chmodSync(dirname(path), 0o755);
  chmodSync(path, 0o666);
  const accepted = once(server, "connection");
  const user = ["--reuid=65534", "--regid=65533", "--groups=65531,65532"];
  const client = spawn("setpriv", [...user, process.execPath, "-e", CLIENT, path]);
  t.teardown(() => client.kill("SIGKILL"));
  const [socket]: Socket[] = await accepted;
  t.teardown(() => socket?.destroy());
  const fd: unknown = Reflect.get(Object(Reflect.get(Object(socket), "_handle")), "fd");
  const gids = [65533, 65531, 65532];
  t.strictSame(native.readPeer(Number(fd)), { pid: client.pid, uid: 65534, gids });
});

test("what has no other end has no credentials", async (t) => {
  t.equal(native.readPeer(1_000_000), -EBADF);
  t.equal(native.readPeer(-1), -EINVAL);
  const fd = openSync("/dev/null", "r");
  t.teardown(() => closeSync(fd));
  t.equal(native.readPeer(fd), -ENOTSOCK);
});

test("groups by name", async (t) => {
  const [, gid] = /^tty:[^:]*:(\d+):/m.exec(readFileSync("/etc/group", "utf8")) ?? [];
  t.equal(native.findGroup("tty"), Number(gid));
  t.equal(native.findGroup("no-such-group-here"), -ENOENT);
  t.equal(native.findGroup(""), -EINVAL);
  t.equal(native.findGroup("x".repeat(256)), -EINVAL);
});
