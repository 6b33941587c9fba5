/*
 * The real daemon under a service manager: what it says, in which order, and that it says nothing while a packet loop
 * hangs.
 */
import "./sandboxed.js";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { type Test, test } from "tap";
import { loadNativeSystem } from "../../daemon/native-loader.js";
import { NotifySocket } from "../support/notify-socket.js";
import {
  BR_E,
  BR_T,
  ConfigFile,
  DaemonProcess,
  mapctl,
  mapdCommand,
  prepareHost,
  until,
} from "./daemon-under-test.js";

const PORT = 9464;

/** Loops sleep for a second at most, so one that turns is seen within this time. */
const WATCHDOG_MS = 2_500;

prepareHost();

interface Managed {
  readonly manager: NotifySocket;
  readonly daemon: DaemonProcess;
  readonly file: ConfigFile;
}

/** Starts the daemon as a service manager does; resolves once it is ready. */
async function startManaged(t: Test, ...domains: readonly string[]): Promise<Managed> {
  const file = new ConfigFile(t);
  file.write(domains, PORT);
  const manager = await NotifySocket.open(t, `@mapd-notify-${process.pid}-${t.name.length}`);
  const daemon = new DaemonProcess(t, mapdCommand(file), {
    ...process.env,
    NOTIFY_SOCKET: manager.address,
    WATCHDOG_USEC: String(WATCHDOG_MS * 1000),
  });
  await manager.until((text) => text.startsWith("READY=1"));
  return { manager, daemon, file };
}

/** Without the messages of the watchdog, whose number depends on time. */
function without(manager: NotifySocket, from = 0): string[] {
  return manager.messages.slice(from).filter((text) => text !== "WATCHDOG=1");
}

test("a service manager hears of start, reload, drain and end, in order", async (t) => {
  const { manager, daemon, file } = await startManaged(t, BR_T, BR_E);
  await manager.until((text) => text === "WATCHDOG=1");
  t.same(without(manager), ["READY=1\nSTATUS=ready: br-t, br-e"]);
  t.equal(mapctl(file, "drain").status, 0);
  await manager.until((text) => text.startsWith("STATUS=draining: br-t, br-e; mapd is drained"));
  t.equal(mapctl(file, "undrain").status, 0);
  const back = await manager.until((text) => text === "STATUS=ready: br-t, br-e");

  const before = process.hrtime.bigint() / 1000n;
  daemon.kill("SIGHUP");
  const reloading = await manager.until((text) => text.startsWith("RELOADING=1"), back);
  const microseconds = /^RELOADING=1\nMONOTONIC_USEC=(\d+)$/.exec(
    manager.messages[reloading] ?? "",
  );
  t.ok(BigInt(microseconds?.[1] ?? 0) > before, "of the clock that the manager has");
  const taken = await manager.until((text) => text.startsWith("READY=1"), reloading);
  file.writeText("domains: []\n");
  t.equal(mapctl(file, "reload").status, 5);
  const refused = await manager.until((text) => text.startsWith("READY=1"), taken + 1);
  t.equal(
    manager.messages[refused],
    "READY=1\nSTATUS=ready: br-t, br-e; the configuration last read was refused",
  );

  daemon.kill("SIGTERM");
  t.same(await daemon.ended, { status: 0, signal: null });
  const last = without(manager, refused).at(1);
  t.match(last, /^STOPPING=1\nSTATUS=ready: br-t, br-e; .*\nEXTEND_TIMEOUT_USEC=30000000$/);
});

/** How many messages have come by now: the socket keeps their order, and ours is the last. */
async function fence(manager: NotifySocket): Promise<number> {
  const text = `fence ${process.hrtime.bigint()}`;
  loadNativeSystem().notify(manager.address, text);
  return manager.until((message) => message === text);
}

test("while it starts and after a start that failed, it never says that it is ready", async (t) => {
  const { file } = await startManaged(t, BR_T);
  const manager = await NotifySocket.open(t, "@mapd-notify-second");
  const env = { ...process.env, NOTIFY_SOCKET: manager.address };
  const second = new DaemonProcess(t, mapdCommand(file), env);
  t.same(await second.ended, { status: 1, signal: null });
  t.equal(await fence(manager), 0);
});

/** Stops one thread of another process, and no other, until it is told to let go. */
const TRACER = `
import ctypes, sys
libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
SEIZE, INTERRUPT = 0x4206, 0x4207
thread = int(sys.argv[1])
if libc.ptrace(SEIZE, thread, None, None) or libc.ptrace(INTERRUPT, thread, None, None):
    sys.exit("ptrace: %d" % ctypes.get_errno())
print("stopped", flush=True)
sys.stdin.read()
`;

/** Numbers of poll() on x86-64 and of ppoll() on arm64. */
const POLL = new Set(["7", "73"]);

/** Only the loop of a queue waits in poll(). */
function packetThread(pid: number): string | undefined {
  const folder = `/proc/${pid}/task`;
  const waitsIn = (id: string): string => readFileSync(`${folder}/${id}/syscall`, "utf8");
  return readdirSync(folder).find((id) => POLL.has(waitsIn(id).split(" ")[0] ?? ""));
}

test("a packet loop that stands still silences the watchdog, and when it goes on the watchdog does", async (t) => {
  const { manager, daemon } = await startManaged(t, BR_T);
  let thread: string | undefined;
  await until(
    () => {
      thread = packetThread(daemon.pid);
      return thread !== undefined;
    },
    () => "the packet loop to wait for packets",
  );
  const tracer = spawn("python3", ["-c", TRACER, thread ?? ""], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  t.teardown(() => tracer.kill("SIGKILL"));
  await once(tracer.stdout, "data");
  // The look that comes next may still find the loop's last turn.
  await new Promise((resolve) => setTimeout(resolve, WATCHDOG_MS / 2));
  const from = await fence(manager);
  await new Promise((resolve) => setTimeout(resolve, WATCHDOG_MS));
  const to = await fence(manager);
  t.notOk(manager.messages.slice(from, to).includes("WATCHDOG=1"));
  tracer.stdin.end();
  await once(tracer, "exit");
  await manager.until((text) => text === "WATCHDOG=1", to);
  daemon.kill("SIGTERM");
  t.same(await daemon.ended, { status: 0, signal: null });
});
