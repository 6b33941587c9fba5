/** Whatever stands in a configuration, it is judged: accepted or refused with reasons, never with an exception. */
import fc from "fast-check";
import { parseConfig } from "../../../daemon/config/load.js";
import { property } from "../../support/property.js";

const SOUND = {
  "control-socket": "/run/mapd/mapd.sock",
  http: { listen: "127.0.0.1:9464" },
  "state-file": "/var/lib/mapd/state",
  rules: {
    metro: {
      "rule-ipv6-prefix": "2001:db8::/40",
      "rule-ipv4-prefix": "192.0.2.0/24",
      "ea-len": 16,
      "psid-offset": 6,
    },
    single: {
      "rule-ipv6-prefix": "2001:db8:7712:3400::/56",
      "rule-ipv4-prefix": "198.51.100.18/32",
      "ea-len": 0,
      "psid-len": 8,
      psid: 52,
    },
  },
  domains: [
    {
      name: "home",
      mode: "map-t",
      role: "ce",
      tun: { name: "mapt0", queues: 1 },
      rules: ["metro", "single"],
      "dmr-ipv6-prefix": "2001:db8:ffff::/64",
      "br-ipv6-addr": null,
      "end-user-ipv6-prefix": "2001:db8:12:3400::/56",
      "local-ipv4-prefixes": ["192.168.1.0/24"],
      mtu: { ipv6: 1500, ipv4: 1480 },
      nat44: {
        enabled: true,
        reserve: ["5000-5003"],
        forwards: [{ protocol: "tcp", "external-port": 1232, to: "192.168.1.10:22" }],
        timeouts: { udp: 300, "tcp-opening": 240 },
        "max-sessions": 1000,
        "tcp-port-reuse": "always",
        pcp: { enabled: true, listen: ["192.168.1.1"], "max-lifetime": 7200 },
      },
    },
  ],
};

/** Paths of all values of a document. */
function pathsOf(value: unknown, path: readonly string[]): (readonly string[])[] {
  if (typeof value !== "object" || value === null) return [path];
  const below = Object.entries(value).flatMap(([key, item]) => pathsOf(item, [...path, key]));
  return path.length === 0 ? below : [path, ...below];
}

const PATHS = pathsOf(SOUND, []);

const values = fc.oneof(
  fc.constantFrom(
    "map-e",
    "br",
    "single",
    "2001:db8::/41",
    "192.0.2.0/25",
    "::/0",
    "0.0.0.0/0",
    "",
  ),
  fc.integer({ min: -1, max: 70_000 }),
  fc.jsonValue({ maxDepth: 2 }),
);

function change(document: unknown, path: readonly string[], value: unknown): void {
  let parent = document;
  for (const key of path.slice(0, -1)) {
    parent = typeof parent === "object" && parent !== null ? Reflect.get(parent, key) : null;
  }
  const last = path.at(-1);
  if (typeof parent === "object" && parent !== null && last !== undefined) {
    Reflect.set(parent, last, value);
  }
}

function judge(text: string): void {
  const { ok, diagnostics } = parseConfig(text);
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  if (ok !== (errors.length === 0)) throw new Error(JSON.stringify(diagnostics));
  for (const { code, message } of diagnostics) {
    if (!/^[a-z0-9-]+$/.test(code) || message === "" || /undefined|\[object/.test(message)) {
      throw new Error(`${code}: ${message}`);
    }
  }
}

property(
  "a sound configuration with a few values changed",
  300,
  [fc.array(fc.tuple(fc.constantFrom(...PATHS), values), { minLength: 1, maxLength: 4 })],
  (changes) => {
    const document = structuredClone(SOUND);
    for (const [path, value] of changes) change(document, path, value);
    judge(JSON.stringify(document));
  },
);

property("any JSON", 200, [fc.jsonValue()], (value) => judge(JSON.stringify(value)));

property("any text", 200, [fc.string({ unit: "grapheme", maxLength: 80 })], judge);
