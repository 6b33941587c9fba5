import { type Test, test } from "tap";
import { parseConfig } from "../../../../daemon/config/load.js";
import type { DomainConfig } from "../../../../daemon/config/types.js";
import {
  checkDevice,
  closeDevice,
  openDevice,
  takeIntakeDrops,
} from "../../../../daemon/runtime/device.js";
import type { NativeTun, OpenOptions } from "../../../../src/tun/native.js";

const ALL = 0x6f;

function domain(mode: "map-t" | "map-e", tun: object): DomainConfig {
  const far =
    mode === "map-t"
      ? { "dmr-ipv6-prefix": "2001:db8:ffff::/64" }
      : { "br-ipv6-addr": "2001:db8:ffff::1" };
  const rule = {
    "rule-ipv6-prefix": "2001:db8::/40",
    "rule-ipv4-prefix": "192.0.2.0/24",
    "ea-len": 16,
  };
  const parsed = parseConfig(
    JSON.stringify({
      rules: { metro: rule },
      domains: [
        { name: "d", mode, role: "br", tun: { name: "t0", ...tun }, rules: ["metro"], ...far },
      ],
    }),
  );
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.diagnostics));
  return parsed.value.domains[0]!;
}

interface Kernel {
  /** What an open() past the first `queues` ones, and the calls for classifiers and intakes, come to. */
  readonly queues?: number;
  readonly attach?: (toDevice: boolean) => boolean;
  readonly found?: (toDevice: boolean) => number;
  readonly intakes?: () => number[];
}

function failure(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}

/** An addon that notes what is asked of it. */
function fake({
  queues = 8,
  attach = () => true,
  found = () => 0,
  intakes = () => [20, 21],
}: Kernel): {
  native: NativeTun;
  calls: string[];
} {
  const calls: string[] = [];
  let next = 10;
  const unused = (): never => {
    throw new Error("not used");
  };
  const native: NativeTun = {
    open: ({ name, offloads }: OpenOptions) => {
      if (next - 10 === queues) throw failure("EBUSY", "EBUSY: busy, TUNSETIFF");
      calls.push(`open ${name} ${offloads}`);
      return { fd: next++, name, offloads };
    },
    attachClassifier: (name, toDevice) => {
      calls.push(`attach ${toDevice ? "to" : "from"} ${name}`);
      return attach(toDevice);
    },
    detachClassifier: (name, madeQdisc) => {
      calls.push(`detach ${name} ${madeQdisc}`);
      return 0;
    },
    findClassifier: (_name, toDevice) => found(toDevice),
    openIntakes: (name, count) => {
      calls.push(`intakes ${name} ${count}`);
      return intakes().slice(0, count);
    },
    intakeDrops: (fd) => fd - 18,
    close: (fd) => {
      calls.push(`close ${fd}`);
      return 0;
    },
    readBatch: unused,
    writeBatch: unused,
    writePieces: unused,
    createWake: unused,
    wake: unused,
    wait: unused,
    releasePages: unused,
    askHugePages: unused,
  };
  return { native, calls };
}

function opened(t: Test, mode: "map-t" | "map-e", tun: object, kernel: Kernel, all: string[]) {
  const { native, calls } = fake(kernel);
  const device = openDevice(native, domain(mode, tun));
  t.same(calls, all);
  return { native, calls, device };
}

test("MAP-T asks for every offload at once", async (t) => {
  const { device } = opened(t, "map-t", {}, {}, [`open t0 ${ALL}`]);
  t.equal(device.classifier, null);
  t.equal(device.intake, null);
  t.same(device.queues, [
    { fd: 10, intakeFd: -1, vnetHdr: true, offloads: ALL, cutsInsideTunnels: false },
  ]);
});

/** What is asked of the kernel for one queue of MAP-E. */
const WHOLE = [`open t0 ${ALL}`, "attach from t0", "intakes t0 1", "attach to t0"];

test("MAP-E asks for the classifier, too, and then for its intake", async (t) => {
  const expected = [`open t0 ${ALL}`, ...WHOLE.with(2, "intakes t0 2")];
  const { device, native, calls } = opened(t, "map-e", { queues: 2 }, {}, expected);
  t.same(device.classifier, { on: true, madeQdisc: true });
  t.equal(device.offloads, ALL);
  t.same(device.intake, { on: true, fds: [20, 21] });
  t.same(
    device.queues.map((queue) => [queue.intakeFd, queue.offloads, queue.cutsInsideTunnels]),
    [
      [20, ALL, true],
      [21, ALL, true],
    ],
  );
  t.equal(takeIntakeDrops(native, device), 2 + 3);
  closeDevice(native, device);
  t.same(calls.slice(5), ["detach t0 true", "close 10", "close 20", "close 11", "close 21"]);
});

test("a qdisc that was there is not taken away", async (t) => {
  const attach = (): boolean => false;
  const { native, calls, device } = opened(t, "map-e", {}, { attach }, WHOLE);
  closeDevice(native, device);
  t.same(calls.slice(4), ["detach t0 false", "close 10", "close 20"]);
});

const REFUSALS = [
  { code: "EPERM", hint: /; it needs CAP_BPF and CAP_NET_ADMIN/ },
  { code: "EINVAL", hint: /; the kernel must be Linux 5\.7 or later/ },
  { code: "ENOENT", hint: /; the kernel lacks the modules/ },
  { code: "ENOMEM", hint: /^ENOMEM: STEP$/ },
];

for (const { code, hint } of REFUSALS) {
  test(`refused with ${code}: the device works without it, and the reason is kept`, async (t) => {
    const attach = (): never => {
      throw failure(code, `${code}: STEP`);
    };
    const { native, calls, device } = opened(t, "map-e", {}, { attach }, [
      `open t0 ${ALL}`,
      "attach from t0",
    ]);
    const { classifier } = device;
    t.equal(device.intake, null);
    t.match(classifier, { on: false, reason: hint });
    t.match(classifier, { reason: new RegExp(`^${code}: STEP`) });
    t.same(device.queues, [
      { fd: 10, intakeFd: -1, vnetHdr: true, offloads: ALL, cutsInsideTunnels: false },
    ]);
    closeDevice(native, device);
    t.same(calls.slice(2), ["close 10"]);
  });
}

test("offload: off asks for nothing", async (t) => {
  for (const mode of ["map-t", "map-e"] as const) {
    const { device } = opened(t, mode, { offload: "off" }, {}, ["open t0 0"]);
    t.same(device.queues, [
      { fd: 10, intakeFd: -1, vnetHdr: false, offloads: 0, cutsInsideTunnels: false },
    ]);
    t.equal(device.classifier, null);
  }
});

test("all queues or none", async (t) => {
  const { native, calls } = fake({ queues: 1 });
  t.throws(() => openDevice(native, domain("map-e", { queues: 2 })), { code: "tun-name-in-use" });
  t.same(calls, [`open t0 ${ALL}`, "close 10"]);
});

test("a classifier that is there is left alone, and one whose device is gone", async (t) => {
  for (const found of [0, -19]) {
    const { native, calls } = fake({ found: () => found });
    const device = openDevice(native, domain("map-e", {}));
    t.equal(checkDevice(native, device), null);
    t.same(calls, WHOLE);
  }
  const { native } = fake({ found: () => -2 });
  t.equal(checkDevice(native, openDevice(native, domain("map-t", {}))), null);
});

const TAKEN = [
  { what: "the one from the device", found: (to: boolean) => (to ? 0 : -2), back: ["from"] },
  { what: "the one to the device", found: (to: boolean) => (to ? -2 : 0), back: ["to"] },
  { what: "both", found: () => -22, back: ["from", "to"] },
];

for (const { what, found, back } of TAKEN) {
  test(`what somebody took away is put back: ${what}`, async (t) => {
    const { native, calls } = fake({ found });
    const device = openDevice(native, domain("map-e", {}));
    t.same(checkDevice(native, device), device);
    t.same(
      calls.slice(4),
      back.map((way) => `attach ${way} t0`),
    );
  });
}

test("without its intake the device works, and the reason is kept", async (t) => {
  const intakes = (): never => {
    throw Object.assign(failure("EPERM", "EPERM: STEP"), { syscall: "AF_PACKET" });
  };
  const { device } = opened(t, "map-e", {}, { intakes }, WHOLE.slice(0, 3));
  t.match(device.classifier, { on: true });
  t.match(device.intake, { on: false, reason: /^EPERM: STEP; it needs CAP_NET_RAW/ });
  t.equal(device.queues[0]?.intakeFd, -1);
  t.equal(takeIntakeDrops(fake({}).native, device), 0);
});

test("an intake that nothing is turned around to is closed again", async (t) => {
  const attach = (toDevice: boolean): boolean => {
    if (toDevice) throw failure("ENOMEM", "ENOMEM: STEP");
    return true;
  };
  const { device } = opened(t, "map-e", {}, { attach }, [...WHOLE, "close 20"]);
  t.same(device.intake, { on: false, reason: "ENOMEM: STEP" });
  t.equal(device.queues[0]?.intakeFd, -1);
});

test("an intake that cannot be had again is left, and not tried again", async (t) => {
  let isAllowed = true;
  const attach = (): boolean => {
    if (isAllowed) return true;
    throw failure("ENOMEM", "ENOMEM: STEP");
  };
  const { native, calls } = fake({ attach, found: (to) => (to ? -2 : 0) });
  const device = openDevice(native, domain("map-e", {}));
  isAllowed = false;
  const after = checkDevice(native, device);
  t.match(after, { classifier: { on: true }, intake: { on: false, reason: "ENOMEM: STEP" } });
  t.equal(checkDevice(native, after!), null);
  t.same(calls.slice(4), ["attach to t0"]);
});

test("where that is refused the workers are to cut super-packets themselves", async (t) => {
  let isAllowed = true;
  const attach = (): boolean => {
    if (isAllowed) return true;
    throw failure("EPERM", "EPERM: STEP");
  };
  const { native, calls } = fake({ attach, found: () => -22 });
  const device = openDevice(native, domain("map-e", {}));
  isAllowed = false;
  const after = checkDevice(native, device);
  t.match(after, {
    offloads: ALL,
    queues: [{ fd: 10, intakeFd: 20, cutsInsideTunnels: false }],
    classifier: { on: false, reason: /^EPERM: STEP/ },
    intake: null,
  });
  t.same(calls.slice(4), ["attach from t0", "detach t0 false"]);
  t.equal(checkDevice(native, after!), null, "and it is not tried again");
});
