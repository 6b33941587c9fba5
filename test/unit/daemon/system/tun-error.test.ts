import { test } from "tap";
import { explainTunError } from "../../../../daemon/system/tun-error.js";

const failure = (code: string, syscall: string) =>
  Object.assign(new Error(`${syscall}: ${code}`), { code, syscall });

const cases = [
  {
    name: "no right to make a device",
    error: failure("EPERM", "TUNSETIFF"),
    attach: false,
    expected: { code: "permission-denied", message: /root or with CAP_NET_ADMIN/ },
  },
  {
    name: "no right to open /dev/net/tun",
    error: failure("EACCES", "open"),
    attach: false,
    expected: { code: "permission-denied", message: /CAP_NET_ADMIN/ },
  },
  {
    name: "no /dev/net/tun",
    error: failure("ENOENT", "open"),
    attach: false,
    expected: { code: "tun-unavailable", message: /modprobe tun/ },
  },
  {
    name: "no /dev/net/tun while attaching",
    error: failure("ENOENT", "open"),
    attach: true,
    expected: { code: "tun-unavailable", message: /modprobe tun/ },
  },
  {
    name: "name in use",
    error: failure("EBUSY", "TUNSETIFF"),
    attach: false,
    expected: { code: "tun-name-in-use", message: /name mapt0 is taken/ },
  },
  {
    name: "nothing to attach to",
    error: failure("ENODEV", "if_nametoindex"),
    attach: true,
    expected: { code: "tun-failed", message: /ip tuntap add dev mapt0 mode tun/ },
  },
  {
    name: "anything else keeps the kernel's words",
    error: failure("ENOMEM", "TUNSETIFF"),
    attach: false,
    expected: { code: "tun-failed", message: /mapt0: TUNSETIFF: ENOMEM/ },
  },
];

for (const c of cases) {
  test(`explainTunError: ${c.name}`, async (t) => {
    t.match(explainTunError("mapt0", c.attach, c.error), c.expected);
  });
}
