/** What is said to a service manager, and what the environment says of it. */
import { pino } from "pino";
import { test } from "tap";
import {
  type NotifyPlace,
  ServiceManager,
  takeNotifyPlace,
} from "../../../../daemon/system/notify.js";

const SOCKET = "/run/systemd/notify";

const PLACES: readonly {
  readonly name: string;
  readonly env: NodeJS.ProcessEnv;
  readonly place: NotifyPlace | null;
}[] = [
  { name: "no service manager", env: { WATCHDOG_USEC: "30000000" }, place: null },
  {
    name: "one that does not wait",
    env: { NOTIFY_SOCKET: SOCKET },
    place: { address: SOCKET, watchdogMs: null },
  },
  {
    name: "one with a watchdog",
    env: { NOTIFY_SOCKET: SOCKET, WATCHDOG_USEC: "30000000", WATCHDOG_PID: "77" },
    place: { address: SOCKET, watchdogMs: 30_000 },
  },
  {
    name: "a watchdog without a process",
    env: { NOTIFY_SOCKET: "@manager", WATCHDOG_USEC: "1500" },
    place: { address: "@manager", watchdogMs: 1.5 },
  },
  {
    name: "a watchdog of another process",
    env: { NOTIFY_SOCKET: SOCKET, WATCHDOG_USEC: "30000000", WATCHDOG_PID: "78" },
    place: { address: SOCKET, watchdogMs: null },
  },
  {
    name: "a watchdog that is no number",
    env: { NOTIFY_SOCKET: SOCKET, WATCHDOG_USEC: "soon" },
    place: { address: SOCKET, watchdogMs: null },
  },
  {
    name: "a watchdog that is off",
    env: { NOTIFY_SOCKET: SOCKET, WATCHDOG_USEC: "0" },
    place: { address: SOCKET, watchdogMs: null },
  },
  {
    name: "an address of a kind that is not known",
    env: { NOTIFY_SOCKET: "vsock:2:1" },
    place: null,
  },
  { name: "an address without a name", env: { NOTIFY_SOCKET: "@" }, place: null },
];

for (const { name, env, place } of PLACES) {
  test(`the environment tells of ${name}, and tells no child`, async (t) => {
    const all = { ...env, PATH: "/usr/bin" };
    t.strictSame(takeNotifyPlace(all, 77), place);
    t.strictSame(all, { PATH: "/usr/bin" });
  });
}

interface Heard {
  readonly manager: ServiceManager;
  readonly messages: string[];
  readonly lines: string[];
  /** What the next notify() gives. */
  result: number;
}

function heard(place: NotifyPlace | null): Heard {
  const messages: string[] = [];
  const lines: string[] = [];
  const log = pino({ level: "info" }, { write: (line: string) => lines.push(line) });
  const native = {
    notify(address: string, text: string): number {
      messages.push(`${address}: ${text}`);
      return rig.result;
    },
  };
  const rig: Heard = {
    manager: new ServiceManager(place, native, log),
    messages,
    lines,
    result: 0,
  };
  return rig;
}

const PLACE = { address: SOCKET, watchdogMs: 30_000 };

test("each state has its message", async (t) => {
  const { manager, messages } = heard(PLACE);
  t.equal(manager.watchdogMs, 30_000);
  manager.ready("ready: br-t");
  manager.alive();
  manager.reloading(123_456n);
  manager.stopping("draining: br-t", 35_000);
  t.strictSame(messages, [
    `${SOCKET}: READY=1\nSTATUS=ready: br-t`,
    `${SOCKET}: WATCHDOG=1`,
    `${SOCKET}: RELOADING=1\nMONOTONIC_USEC=123456`,
    `${SOCKET}: STOPPING=1\nSTATUS=draining: br-t\nEXTEND_TIMEOUT_USEC=35000000`,
  ]);
});

test("a status is said once, in one line, and not without end", async (t) => {
  const { manager, messages } = heard(PLACE);
  manager.ready("ready");
  manager.status("ready");
  manager.status("two\nlines\r\nREADY=1");
  manager.status("two lines READY=1");
  manager.status("x".repeat(501));
  t.strictSame(messages.slice(1), [
    `${SOCKET}: STATUS=two lines READY=1`,
    `${SOCKET}: STATUS=${"x".repeat(497)}...`,
  ]);
});

test("without a service manager nothing is said", async (t) => {
  const { manager, messages } = heard(null);
  t.equal(manager.watchdogMs, null);
  manager.ready("ready");
  manager.alive();
  manager.status("other");
  manager.stopping("gone", 1);
  t.strictSame(messages, []);
});

test("a service manager that does not listen is logged once, until it listens again", async (t) => {
  const rig = heard(PLACE);
  rig.result = -111;
  rig.manager.alive();
  rig.manager.alive();
  rig.result = 0;
  rig.manager.alive();
  rig.result = -2;
  rig.manager.alive();
  t.match(
    rig.lines.map((line) => JSON.parse(line)),
    [
      { level: 40, socket: SOCKET, errno: 111 },
      { level: 40, socket: SOCKET, errno: 2 },
    ],
  );
  t.equal(rig.lines.length, 2);
});
