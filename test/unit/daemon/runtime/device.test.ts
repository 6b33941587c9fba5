import { type Test, test } from "tap";
import { parseConfig } from "../../../../daemon/config/load.js";
import type { DomainConfig } from "../../../../daemon/config/types.js";
import { checkDevice, closeDevice, openDevice } from "../../../../daemon/runtime/device.js";
import type { NativeTun, OpenOptions } from "../../../../src/tun/native.js";

const ALL = 0x6f;
const CSUM = 0x01;

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
  /** What an open() past the first `queues` ones, attachClassifier() and setOffloads() come to. */
  readonly queues?: number;
  readonly attach?: () => boolean;
  readonly accepted?: number;
  readonly found?: () => number;
}

function failure(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}

/** An addon that notes what is asked of it. */
function fake({ queues = 8, attach = () => true, accepted = ALL, found = () => 0 }: Kernel): {
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
    setOffloads: (fd, offloads) => {
      calls.push(`setOffloads ${fd} ${offloads}`);
      return accepted;
    },
    attachClassifier: (name) => {
      calls.push(`attach ${name}`);
      return attach();
    },
    detachClassifier: (name, madeQdisc) => {
      calls.push(`detach ${name} ${madeQdisc}`);
      return 0;
    },
    findClassifier: found,
    close: (fd) => {
      calls.push(`close ${fd}`);
      return 0;
    },
    readBatch: unused,
    writeBatch: unused,
    createWake: unused,
    wake: unused,
    wait: unused,
    releasePages: unused,
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
  t.same(device.queues, [{ fd: 10, vnetHdr: true, offloads: ALL, cutsInsideTunnels: false }]);
});

test("MAP-E asks for more than checksums once the classifier is on", async (t) => {
  const expected = [`open t0 ${CSUM}`, `open t0 ${CSUM}`, "attach t0", `setOffloads 10 ${ALL}`];
  const { device, native, calls } = opened(t, "map-e", { queues: 2 }, {}, expected);
  t.same(device.classifier, { on: true, madeQdisc: true });
  t.equal(device.offloads, ALL);
  t.same(
    device.queues.map((queue) => [queue.offloads, queue.cutsInsideTunnels]),
    [
      [ALL, true],
      [ALL, true],
    ],
  );
  closeDevice(native, device);
  t.same(calls.slice(4), ["detach t0 true", "close 10", "close 11"]);
});

test("a qdisc that was there is not taken away", async (t) => {
  const attach = (): boolean => false;
  const { native, calls, device } = opened(t, "map-e", {}, { attach }, [
    `open t0 ${CSUM}`,
    "attach t0",
    `setOffloads 10 ${ALL}`,
  ]);
  closeDevice(native, device);
  t.same(calls.slice(3), ["detach t0 false", "close 10"]);
});

test("a kernel that takes no other offloads leaves those that there are", async (t) => {
  const { native } = fake({ accepted: -22 });
  t.equal(openDevice(native, domain("map-e", {})).offloads, CSUM);
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
      `open t0 ${CSUM}`,
      "attach t0",
    ]);
    const { classifier } = device;
    t.match(classifier, { on: false, reason: hint });
    t.match(classifier, { reason: new RegExp(`^${code}: STEP`) });
    t.same(device.queues, [{ fd: 10, vnetHdr: true, offloads: CSUM, cutsInsideTunnels: false }]);
    closeDevice(native, device);
    t.same(calls.slice(2), ["close 10"]);
  });
}

test("offload: off asks for nothing", async (t) => {
  for (const mode of ["map-t", "map-e"] as const) {
    const { device } = opened(t, mode, { offload: "off" }, {}, ["open t0 0"]);
    t.same(device.queues, [{ fd: 10, vnetHdr: false, offloads: 0, cutsInsideTunnels: false }]);
    t.equal(device.classifier, null);
  }
});

test("all queues or none", async (t) => {
  const { native, calls } = fake({ queues: 1 });
  t.throws(() => openDevice(native, domain("map-e", { queues: 2 })), { code: "tun-name-in-use" });
  t.same(calls, [`open t0 ${CSUM}`, "close 10"]);
});

test("a classifier that is there is left alone, and one whose device is gone", async (t) => {
  for (const found of [0, -19]) {
    const { native, calls } = fake({ found: () => found });
    const device = openDevice(native, domain("map-e", {}));
    t.equal(checkDevice(native, device), null);
    t.equal(calls.length, 3);
  }
  const { native } = fake({ found: () => -2 });
  t.equal(checkDevice(native, openDevice(native, domain("map-t", {}))), null);
});

test("a classifier that somebody took away is put back", async (t) => {
  const { native, calls } = fake({ found: () => -2 });
  const device = openDevice(native, domain("map-e", {}));
  t.same(checkDevice(native, device), device);
  t.same(calls.slice(3), ["attach t0"]);
});

test("where that is refused the kernel is asked for no more super-packets", async (t) => {
  let isAllowed = true;
  const attach = (): boolean => {
    if (isAllowed) return true;
    throw failure("EPERM", "EPERM: STEP");
  };
  const { native, calls } = fake({ attach, found: () => -22, accepted: CSUM });
  const device = openDevice(native, domain("map-e", {}));
  isAllowed = false;
  const after = checkDevice(native, device);
  t.match(after, { offloads: CSUM, classifier: { on: false, reason: /^EPERM: STEP/ } });
  t.same(calls.slice(3), ["attach t0", `setOffloads 10 ${CSUM}`]);
  t.equal(checkDevice(native, after!), null, "and it is not tried again");
});
