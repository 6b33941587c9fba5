/** Who may change what the daemon does, by what the kernel says of a client. */
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { type Test, test } from "tap";
import type { ControlAccess } from "../../../../daemon/config/types.js";
import { askDaemon } from "../../../../daemon/control/client.js";
import type { ControlCommand } from "../../../../daemon/control/command.js";
import { ControlGate } from "../../../../daemon/control/gate.js";
import { ControlServer } from "../../../../daemon/control/server.js";
import type { Peer } from "../../../../daemon/system/native-system.js";

const OWN_UID = 990;
const OPERATORS_GID = 4242;

const GROUPS: ReadonlyMap<string, number> = new Map([
  ["netops", OPERATORS_GID],
  ["own", process.getegid?.() ?? 0],
]);

const ENOENT = 2;

function gate(access: Partial<ControlAccess>, peer: Peer | number = -1): ControlGate {
  const native = {
    findGroup: (name: string) => GROUPS.get(name) ?? -ENOENT,
    readPeer: () => peer,
  };
  return new ControlGate({ mode: 0o660, group: null, operators: null, ...access }, native, OWN_UID);
}

function socketFile(t: Test): string {
  const folder = mkdtempSync(join(tmpdir(), "mapd-gate-"));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, "s");
  writeFileSync(path, "", { mode: 0o600 });
  return path;
}

const NO_OPERATORS = "may only look; become root, or name a group in control-socket-operators";
const OPERATORS = "may only look; become root, or be a member of the group netops";

const PEERS: readonly {
  readonly name: string;
  readonly peer: Peer | null;
  readonly operators: string | null;
  readonly refusal: string | null;
}[] = [
  { name: "root", peer: { pid: 1, uid: 0, gids: [0] }, operators: null, refusal: null },
  {
    name: "mapd's own user",
    peer: { pid: 1, uid: OWN_UID, gids: [1] },
    operators: null,
    refusal: null,
  },
  {
    name: "a member of the socket's group",
    peer: { pid: 1, uid: 1000, gids: [0, OPERATORS_GID] },
    operators: null,
    refusal: `the user with uid 1000 ${NO_OPERATORS}`,
  },
  {
    name: "an operator by the primary group",
    peer: { pid: 1, uid: 1000, gids: [OPERATORS_GID] },
    operators: "netops",
    refusal: null,
  },
  {
    name: "an operator by a supplementary group",
    peer: { pid: 1, uid: 1000, gids: [1000, 27, OPERATORS_GID] },
    operators: "netops",
    refusal: null,
  },
  {
    name: "nobody's group",
    peer: { pid: 1, uid: 1000, gids: [0] },
    operators: "netops",
    refusal: `the user with uid 1000 ${OPERATORS}`,
  },
  {
    name: "a client that has gone",
    peer: null,
    operators: "netops",
    refusal: `a client without credentials ${OPERATORS}`,
  },
];

for (const { name, peer, operators, refusal } of PEERS) {
  test(`may it change something: ${name}`, async (t) => {
    const own = gate({ operators });
    own.open(socketFile(t));
    t.equal(own.refusal(peer), refusal);
  });
}

test("the socket gets its group and its mode", async (t) => {
  const path = socketFile(t);
  gate({ group: "own", mode: 0o646 }).open(path);
  const { mode, gid } = statSync(path);
  t.equal(mode & 0o777, 0o646);
  t.equal(gid, GROUPS.get("own"));
});

test("a group that is not there is named, with the key and the remedy", async (t) => {
  for (const key of ["group", "operators"]) {
    t.throws(() => gate({ [key]: "nowhere" }).open(socketFile(t)), {
      code: "control-socket",
      message: `there is no group nowhere; make it (groupadd --system nowhere), or set control-socket-${key} to another`,
    });
  }
});

test("a group that the socket cannot be given to is explained", async (t) => {
  t.throws(() => gate({ group: "own" }).open("/nonexistent/socket"), {
    code: "control-socket",
    message: /cannot be given to the group own: .*; let mapd's user be a member of it/,
  });
});

const COMMANDS: readonly ControlCommand[] = [
  { name: "look", summary: "", run: () => ({ seen: true }) },
  { name: "change", summary: "", changes: true, run: () => ({ changed: true }) },
  { name: "reveal", summary: "", reveals: true, run: () => ({ revealed: true }) },
];

test("an observer looks, and what it may not do is refused and logged with its uid and pid", async (t) => {
  const lines: string[] = [];
  const log = pino({ level: "info" }, { write: (line) => lines.push(line) });
  const path = `${socketFile(t)}.sock`;
  const guard = gate({}, { pid: 77, uid: 1000, gids: [1000] });
  const server = new ControlServer(path, COMMANDS, log, undefined, guard);
  await server.listen();
  t.teardown(() => server.close());
  t.same(await askDaemon(path, "look"), { seen: true });
  await t.rejects(askDaemon(path, "change"), {
    code: "not-permitted",
    exitStatus: 1,
    message: `change changes what mapd does: the user with uid 1000 ${NO_OPERATORS}`,
  });
  await t.rejects(askDaemon(path, "reveal"), {
    code: "not-permitted",
    message: `reveal shows what subscribers send: the user with uid 1000 ${NO_OPERATORS}`,
  });
  t.equal(lines.length, 2);
  t.match(JSON.parse(lines[0] ?? ""), {
    level: 40,
    msg: "refused by the control socket",
    request: { command: "change" },
    client: { uid: 1000, pid: 77 },
  });
});

test("a change is logged with the uid and the pid of who made it", async (t) => {
  const lines: string[] = [];
  const log = pino({ level: "info" }, { write: (line) => lines.push(line) });
  const path = `${socketFile(t)}.sock`;
  const server = new ControlServer(path, COMMANDS, log);
  await server.listen();
  t.teardown(() => server.close());
  t.same(await askDaemon(path, "change"), { changed: true });
  t.match(JSON.parse(lines[0] ?? ""), {
    level: 30,
    msg: "changed by the control socket",
    client: { uid: process.getuid?.(), pid: process.pid },
  });
});
