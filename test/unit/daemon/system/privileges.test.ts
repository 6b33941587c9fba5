/** Which capabilities a configuration leaves, and what a reload cannot have any more. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { test } from "tap";
import {
  type Capability,
  neededCapabilities,
  Privileges,
} from "../../../../daemon/system/privileges.js";
import {
  isUsable,
  permits,
  READ,
  SEARCH,
  type Who,
  WRITE,
} from "../../../../daemon/system/reachable.js";
import { BR_E, BR_T, configOf } from "../samples.js";

const ROOT = { uid: 0, gids: [0] };

const NOWHERE = { program: "/nonexistent/mapd", config: "/nonexistent/mapd.yaml" };

const ATTACHED_T = BR_T.replace("name: mapt0", "name: mapt0, attach: true");
const ATTACHED_E = BR_E.replace("name: mape0", "name: mape0, attach: true");
const OFF = "    routes: off\n";
const ANNOUNCED = `${OFF}    announce: {}\n`;

const CONFIGURATIONS: readonly {
  readonly name: string;
  readonly domains: readonly string[];
  readonly needed: readonly Capability[];
}[] = [
  { name: "a device of our own", domains: [BR_T + OFF], needed: ["CAP_NET_ADMIN"] },
  { name: "routes of our own", domains: [ATTACHED_T], needed: ["CAP_NET_ADMIN"] },
  { name: "marker routes", domains: [ATTACHED_T + ANNOUNCED], needed: ["CAP_NET_ADMIN"] },
  { name: "neither", domains: [ATTACHED_T + OFF], needed: [] },
  {
    name: "a classifier",
    domains: [ATTACHED_E + OFF],
    needed: ["CAP_NET_ADMIN", "CAP_NET_RAW", "CAP_BPF"],
  },
  {
    name: "MAP-E without offload",
    domains: [ATTACHED_E.replace("attach: true", "attach: true, offload: off") + OFF],
    needed: [],
  },
];

for (const { name, domains, needed } of CONFIGURATIONS) {
  test(`what mapd needs beyond its start: ${name}`, async (t) => {
    const config = { ...configOf(...domains), controlSocket: "/nonexistent/mapd.sock" };
    t.strictSame(neededCapabilities(NOWHERE, config, ROOT), needed);
  });
}

test("root that runs what is somebody else's keeps the privilege to read and write it", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "mapd-privileges-"));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  chmodSync(folder, 0o755);
  const file = join(folder, "mapd.yaml");
  writeFileSync(file, "", { mode: 0o600 });
  const stranger = { uid: 65534, gids: [65534] };
  const owner = { uid: process.getuid?.() ?? 0, gids: [] };
  const config = {
    ...configOf(ATTACHED_T + OFF),
    controlSocket: join(folder, "mapd.sock"),
    http: null,
  };
  const origin = { ...NOWHERE, config: file };
  const needed = (who: Who, changes = {}): readonly Capability[] =>
    neededCapabilities(origin, { ...config, ...changes }, who);
  t.strictSame(needed(owner), []);
  t.strictSame(needed(stranger), ["CAP_DAC_OVERRIDE"]);
  chmodSync(file, 0o644);
  t.strictSame(needed(stranger), ["CAP_DAC_OVERRIDE"], "the socket could not be removed");
  chmodSync(folder, 0o777);
  t.strictSame(needed(stranger), []);
  const secret = join(folder, "private");
  mkdirSync(secret, { mode: 0o700 });
  t.strictSame(needed(stranger, { stateFile: join(secret, "state") }), ["CAP_DAC_OVERRIDE"]);
  const program = { program: secret, config: file };
  t.strictSame(neededCapabilities(program, config, stranger), ["CAP_DAC_OVERRIDE"]);
});

const MODES = [
  { name: "owner", mode: 0o400, uid: 7, gid: 8, wanted: READ, allowed: true },
  {
    name: "owner with less than others",
    mode: 0o077,
    uid: 7,
    gid: 8,
    wanted: READ,
    allowed: false,
  },
  { name: "group", mode: 0o050, uid: 1, gid: 8, wanted: READ | SEARCH, allowed: true },
  {
    name: "group with less than others",
    mode: 0o707,
    uid: 1,
    gid: 9,
    wanted: WRITE,
    allowed: false,
  },
  { name: "others", mode: 0o004, uid: 1, gid: 1, wanted: READ, allowed: true },
  {
    name: "half of what is wanted",
    mode: 0o001,
    uid: 1,
    gid: 1,
    wanted: WRITE | SEARCH,
    allowed: false,
  },
];

for (const { name, mode, uid, gid, wanted, allowed } of MODES) {
  test(`modes alone: ${name}`, async (t) => {
    t.equal(permits({ mode, uid, gid }, wanted, { uid: 7, gids: [8, 9] }), allowed);
  });
}

test("a folder on the way that may not be searched hides what is in it", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "mapd-reachable-"));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "open");
  writeFileSync(file, "", { mode: 0o666 });
  const stranger = { uid: 65534, gids: [65534] };
  t.equal(isUsable(file, READ, stranger), false, "mkdtemp makes it for its owner");
  chmodSync(folder, 0o711);
  t.equal(isUsable(file, READ, stranger), true);
  t.equal(isUsable(join(folder, "none"), READ, stranger), true, "no privilege would help");
});

function rig(
  result: number,
  permitted = 0n,
): {
  readonly privileges: Privileges;
  readonly masks: number[];
  readonly lines: string[];
} {
  const masks: number[] = [];
  const lines: string[] = [];
  const log = pino({ level: "info" }, { write: (line: string) => lines.push(line) });
  const native = {
    forbidDumps: () => result,
    limitPrivileges: (keep: number) => {
      masks.push(keep);
      return result;
    },
  };
  return { privileges: new Privileges(native, log, permitted), masks, lines };
}

test("what is needed is kept, and the log tells", async (t) => {
  const { privileges, masks, lines } = rig(0);
  privileges.forbidDumps();
  privileges.limit(["CAP_DAC_OVERRIDE", "CAP_NET_ADMIN", "CAP_BPF"]);
  privileges.limit([]);
  t.same(masks, [2 + 2 ** 12 + 2 ** 39, 0]);
  t.equal(lines.length, 2);
  t.match(JSON.parse(lines[1] ?? ""), { level: 30, needed: [] });
});

test("a configuration that needs what was given up is refused, domain by domain", async (t) => {
  const { privileges } = rig(0);
  const after = configOf(ATTACHED_T + OFF, BR_E);
  t.same(privileges.refusals(after), [], "nothing is given up before the start");
  privileges.limit(["CAP_NET_ADMIN"]);
  t.same(privileges.refusals(after), []);
  privileges.limit([]);
  t.strictSame(privileges.refusals(after), [
    {
      code: "privileges-given-up",
      severity: "error",
      path: "domains.br-e",
      message: "needs CAP_NET_ADMIN, which mapd gave up when it had started; restart mapd",
      rfc: "",
    },
  ]);
});

test("a tunnel that goes without its classifier is told before, where a restart would bring it", async (t) => {
  const all = 2n ** 41n - 1n;
  const { privileges } = rig(0, all);
  const after = configOf(ATTACHED_T + OFF, BR_E);
  t.same(privileges.warnings(after), [], "nothing is given up before the start");
  privileges.limit(["CAP_NET_ADMIN"]);
  t.strictSame(privileges.warnings(after), [
    {
      code: "no-classifier",
      severity: "warning",
      path: "domains.br-e",
      message:
        "runs without its classifier, so every packet enters and leaves the tunnel by itself: loading it takes CAP_BPF, " +
        "which mapd gave up when it had started; restart mapd to have it",
      rfc: "",
    },
  ]);
  t.same(privileges.warnings(configOf(BR_T)), []);
  privileges.limit(["CAP_NET_ADMIN", "CAP_BPF"]);
  t.same(privileges.warnings(after), [], "it was kept");
  const without = rig(0, 1n << 12n);
  without.privileges.limit(["CAP_NET_ADMIN"]);
  t.same(without.privileges.warnings(after), [], "a restart would not bring what was never there");
});

test("where the kernel refuses, the log warns, and nothing counts as given up", async (t) => {
  const { privileges, lines } = rig(-110);
  privileges.forbidDumps();
  privileges.limit([]);
  t.match(
    lines.map((line) => JSON.parse(line)),
    [
      { level: 40, errno: 110, msg: "core dumps could not be turned off" },
      { level: 40, errno: 110, msg: "privileges could not be given up in every thread" },
    ],
  );
  t.same(privileges.refusals(configOf(BR_T)), []);
});
