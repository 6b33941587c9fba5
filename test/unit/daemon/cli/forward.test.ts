/** mapctl forward against a made-up NAT44: what it prints, asks, refuses, and ends with. */
import { test } from "tap";
import { CE_T } from "../samples.js";
import { live, SECOND_CE } from "./nat44-daemon.js";
import { documentIn } from "./run.js";

const HOST = 0xc0a8010a;

const SSH = {
  domain: "ce-t",
  protocol: "tcp",
  externalAddress: "192.0.2.18",
  externalPort: 1232,
  insideAddress: "192.168.1.10",
  insidePort: 22,
  origin: "operator",
  remainingSeconds: null,
} as const;

function mapping(protocol: number, externalPort: number, insidePort: number) {
  return {
    protocol,
    insideAddress: HOST,
    insidePort,
    externalPort,
    origin: "operator" as const,
    remainingMs: null,
  };
}

test("forward add asks for the very port and says what it has added", async (t) => {
  const { nat44, mapctl } = await live(t);
  const outcome = await mapctl("forward", "add", "tcp", "1232", "192.168.1.10:22");
  t.same(outcome, {
    status: 0,
    stdout: "tcp 192.0.2.18:1232 -> 192.168.1.10:22\n",
    stderr: "",
  });
  t.same(nat44.asked, [
    { kind: "mappings" },
    {
      kind: "map",
      request: {
        protocol: 6,
        insideAddress: HOST,
        insidePort: 22,
        externalPort: 1232,
        exact: true,
        lifetimeMs: null,
        origin: "operator",
      },
    },
  ]);
});

test("forward add --json: one document", async (t) => {
  const { mapctl } = await live(t);
  const outcome = await mapctl("forward", "add", "tcp", "1232", "192.168.1.10:22", "--json");
  t.same(documentIn(outcome), { schema: "mapd.forwards/1", forwards: [SSH] });
});

test("a lifetime reaches NAT44", async (t) => {
  const { nat44, mapctl } = await live(t);
  const words = ["udp", "1233", "192.168.1.10:5060", "--lifetime", "90"];
  const outcome = await mapctl("forward", "add", ...words);
  t.equal(outcome.stdout, "udp 192.0.2.18:1233 -> 192.168.1.10:5060 for 1m 30s\n");
  t.match(nat44.asked.at(-1), { kind: "map", request: { protocol: 17, lifetimeMs: 90_000 } });
});

test("any leaves the choice to NAT44", async (t) => {
  const { nat44, mapctl } = await live(t);
  const outcome = await mapctl("forward", "add", "tcp", "any", "192.168.1.10:22");
  t.equal(outcome.stdout, "tcp 192.0.2.18:1232 -> 192.168.1.10:22\n");
  t.match(nat44.asked.at(-1), { request: { externalPort: 0, exact: false } });
});

test("both takes one port for both protocols", async (t) => {
  const { mapctl } = await live(t);
  const outcome = await mapctl("forward", "add", "both", "1232", "192.168.1.10:53");
  t.equal(
    outcome.stdout,
    "tcp 192.0.2.18:1232 -> 192.168.1.10:53\nudp 192.0.2.18:1232 -> 192.168.1.10:53\n",
  );
});

test("both any takes a port that is free for both", async (t) => {
  const { nat44, mapctl } = await live(t);
  nat44.set(nat44.tcp, 1232, 1);
  nat44.set(nat44.udp, 1233, 3);
  const outcome = await mapctl("forward", "add", "both", "any", "192.168.1.10:53");
  t.match(outcome.stdout, /tcp 192\.0\.2\.18:1234 .*\nudp 192\.0\.2\.18:1234 /);
});

test("both any keeps the number of the inside port where it is free", async (t) => {
  const { mapctl } = await live(t);
  const outcome = await mapctl("forward", "add", "both", "any", "192.168.1.10:2257");
  t.match(outcome.stdout, /tcp 192\.0\.2\.18:2257 .*\nudp 192\.0\.2\.18:2257 /);
});

test("both any keeps the port that the server has for one of them", async (t) => {
  const { nat44, mapctl } = await live(t);
  nat44.mappings = [mapping(17, 2259, 53)];
  const outcome = await mapctl("forward", "add", "both", "any", "192.168.1.10:53");
  t.match(outcome.stdout, /tcp 192\.0\.2\.18:2259 .*\nudp 192\.0\.2\.18:2259 /);
});

test("both any without such a port is refused", async (t) => {
  const { nat44, mapctl } = await live(t);
  nat44.tcp.fill(1);
  const outcome = await mapctl("forward", "add", "both", "any", "192.168.1.10:53");
  t.same(outcome, {
    status: 1,
    stdout: "",
    stderr: "error: no port of domain ce-t is free for both tcp and udp\n",
  });
});

test("both is all or nothing: the first one goes when the second is refused", async (t) => {
  const { nat44, mapctl } = await live(t);
  nat44.refusals.set("17 1232", "port-in-use");
  const outcome = await mapctl("forward", "add", "both", "1232", "192.168.1.10:53");
  t.equal(outcome.status, 1);
  t.match(outcome.stderr, /udp 1232 is in use; the nearest free udp port is 1235\n/);
  t.same(nat44.mappings, []);
});

test("a forward that was there before is as it was when the second one is refused", async (t) => {
  const { nat44, mapctl } = await live(t);
  const before = [{ ...mapping(6, 1232, 53), remainingMs: 5000 }];
  nat44.mappings = before;
  nat44.refusals.set("17 1232", "port-in-use");
  t.equal((await mapctl("forward", "add", "both", "1232", "192.168.1.10:53")).status, 1);
  t.same(nat44.mappings, before);
});

const REFUSALS = [
  {
    name: "a port outside the set",
    words: ["tcp", "2000", "192.168.1.10:22"],
    says: "error: externalPort: 2000 is not in the port set of domain ce-t; the nearest free tcp ports are 1235 and 2256 (RFC 7597 §5.1)\n",
  },
  {
    name: "a port below the set",
    words: ["tcp", "22", "192.168.1.10:22"],
    says: "error: externalPort: 22 is not in the port set of domain ce-t; the nearest free tcp port is 1232 (RFC 7597 §5.1)\n",
  },
  {
    name: "a port that a session uses",
    words: ["tcp", "1235", "192.168.1.10:80"],
    refusal: { key: "6 1235", reason: "port-in-use" },
    says: "error: externalPort: tcp 1235 is in use; the nearest free tcp ports are 1232 and 2256\n",
  },
  {
    name: "a port that is forwarded",
    words: ["tcp", "1233", "192.168.1.11:80"],
    refusal: { key: "6 1233", reason: "port-in-use" },
    says: "error: externalPort: tcp 1233 is in use by 192.168.1.10:443 (operator); the nearest free tcp ports are 1232 and 1235\n",
  },
  {
    name: "a server that has a forward",
    words: ["tcp", "1232", "192.168.1.10:443"],
    says: "error: to: 192.168.1.10:443 has tcp port 1233 already (operator); delete it first: mapctl forward del tcp 1233 (RFC 4787 §4.1)\n",
  },
  {
    name: "a server that has a forward of the configuration",
    words: ["tcp", "1232", "192.168.1.10:8443"],
    says: "error: to: 192.168.1.10:8443 has tcp port 1234 already (config); take it out of the configuration and reload (RFC 4787 §4.1)\n",
  },
  {
    name: "a host that is not on the LAN",
    words: ["tcp", "1232", "10.9.8.7:22"],
    says: "error: to: 10.9.8.7 is in none of the local-ipv4-prefixes of domain ce-t\n",
  },
  {
    name: "a full port set",
    words: ["udp", "any", "192.168.1.10:22"],
    refusal: { key: "17 1232", reason: "no-free-port" },
    says: "error: externalPort: no udp port of domain ce-t is free\n",
  },
  {
    name: "a host at its limit",
    words: ["tcp", "1232", "192.168.1.10:22"],
    refusal: { key: "6 1232", reason: "host-quota" },
    says: "error: to: 192.168.1.10 holds as many ports as nat44.max-ports-per-host of domain ce-t allows\n",
  },
  {
    name: "a full table",
    words: ["tcp", "1232", "192.168.1.10:22"],
    refusal: { key: "6 1232", reason: "table-full" },
    says: "error: to: domain ce-t holds as many mappings as it has room for\n",
  },
] as const;

for (const { name, words, says, ...rest } of REFUSALS) {
  test(`forward add: ${name} is refused, as text and as a document`, async (t) => {
    const { nat44, mapctl } = await live(t);
    const config = { ...mapping(6, 1234, 8443), origin: "config" as const };
    nat44.mappings = [mapping(6, 1233, 443), config];
    if ("refusal" in rest) nat44.refusals.set(rest.refusal.key, rest.refusal.reason);
    const text = await mapctl("forward", "add", ...words);
    t.same(text, { status: 1, stdout: "", stderr: says });
    const json = await mapctl("forward", "add", ...words, "--json");
    t.equal(json.status, 1);
    t.match(documentIn(json), { schema: "mapd.error/1", diagnostics: [{ severity: "error" }] });
    t.same(nat44.mappings, [mapping(6, 1233, 443), config], "nothing has changed");
  });
}

const USAGE = [
  { name: "no arguments", words: ["add"], says: /missing required argument 'protocol'/ },
  {
    name: "another protocol",
    words: ["add", "icmp", "1232", "192.168.1.10:22"],
    says: /Allowed choices are tcp, udp, both/,
  },
  {
    name: "a port that is none",
    words: ["add", "tcp", "ssh", "192.168.1.10:22"],
    says: /port "ssh" is not a whole number/,
  },
  {
    name: "port 0",
    words: ["add", "tcp", "0", "192.168.1.10:22"],
    says: /error: externalPort: must be at least 1/,
  },
  {
    name: "a server without a port",
    words: ["add", "tcp", "1232", "192.168.1.10"],
    says: /error: to: "192\.168\.1\.10" is not IPV4:PORT/,
  },
  {
    name: "a lifetime of no time",
    words: ["add", "tcp", "1232", "192.168.1.10:22", "--lifetime", "0"],
    says: /error: lifetimeSeconds: /,
  },
  {
    name: "a lifetime that is no number",
    words: ["add", "tcp", "1232", "192.168.1.10:22", "--lifetime", "1h"],
    says: /lifetime "1h" is not a whole number/,
  },
  { name: "del of port 0", words: ["del", "tcp", "0"], says: /error: externalPort: / },
  { name: "list with an argument", words: ["list", "tcp"], says: /too many arguments/ },
];

for (const { name, words, says } of USAGE) {
  test(`forward with ${name} ends with 2`, async (t) => {
    const { nat44, mapctl } = await live(t);
    const { status, stdout, stderr } = await mapctl("forward", ...words);
    t.same({ status, stdout }, { status: 2, stdout: "" });
    t.match(stderr, says);
    t.same(nat44.asked, []);
  });
}

test("forward del deletes the forward of the port", async (t) => {
  const { nat44, mapctl } = await live(t);
  nat44.mappings = [mapping(6, 1232, 22), mapping(17, 1232, 22)];
  const outcome = await mapctl("forward", "del", "tcp", "1232");
  t.same(outcome, {
    status: 0,
    stdout: "deleted tcp 192.0.2.18:1232 -> 192.168.1.10:22\n",
    stderr: "",
  });
  t.same(nat44.mappings, [mapping(17, 1232, 22)]);
  const document = documentIn(await mapctl("forward", "del", "udp", "1232", "--json"));
  t.same(document, { schema: "mapd.forwards/1", forwards: [{ ...SSH, protocol: "udp" }] });
  t.same(nat44.mappings, []);
});

test("forward del both deletes both or none", async (t) => {
  const { nat44, mapctl } = await live(t);
  nat44.mappings = [mapping(6, 1232, 22)];
  const outcome = await mapctl("forward", "del", "both", "1232");
  t.same(outcome, {
    status: 6,
    stdout: "",
    stderr: "error: domain ce-t does not forward udp 1232; there are: tcp 1232\n",
  });
  t.equal(nat44.mappings.length, 1);
  nat44.mappings.push(mapping(17, 1232, 22));
  t.equal((await mapctl("forward", "del", "both", "1232")).status, 0);
  t.same(nat44.mappings, []);
});

test("forward del of what is not there ends with 6", async (t) => {
  const { mapctl } = await live(t);
  t.same(await mapctl("forward", "del", "tcp", "1232"), {
    status: 6,
    stdout: "",
    stderr: "error: domain ce-t does not forward tcp 1232; there are none\n",
  });
});

test("a forward of the configuration is not deleted at run time", async (t) => {
  const { nat44, mapctl } = await live(t);
  nat44.mappings = [{ ...mapping(6, 1232, 22), origin: "config" }];
  t.same(await mapctl("forward", "del", "tcp", "1232"), {
    status: 1,
    stdout: "",
    stderr:
      "error: the configuration forwards tcp 1232; take it out of nat44.forwards of domain ce-t and reload\n",
  });
  t.equal(nat44.mappings.length, 1);
});

test("what a LAN host asked for by PCP is deleted like a forward of mapctl", async (t) => {
  const { nat44, mapctl } = await live(t);
  nat44.mappings = [{ ...mapping(17, 1232, 22), origin: "pcp", remainingMs: 60_000 }];
  const outcome = await mapctl("forward", "del", "udp", "1232");
  t.equal(outcome.stdout, "deleted udp 192.0.2.18:1232 -> 192.168.1.10:22\n");
  t.same(nat44.mappings, []);
});

test("forward list: a table in the order of the ports", async (t) => {
  const { nat44, mapctl } = await live(t);
  nat44.mappings = [
    { ...mapping(17, 64720, 5060), origin: "pcp", remainingMs: 3_599_500 },
    { ...mapping(17, 1232, 22), origin: "config" },
    mapping(6, 1232, 22),
  ];
  t.same(await mapctl("forward", "list"), {
    status: 0,
    stdout: `domain  protocol  external          inside             origin    remaining
ce-t    tcp       192.0.2.18:1232   192.168.1.10:22    operator          -
ce-t    udp       192.0.2.18:1232   192.168.1.10:22    config            -
ce-t    udp       192.0.2.18:64720  192.168.1.10:5060  pcp              1h
`,
    stderr: "",
  });
  const document = documentIn(await mapctl("forward", "list", "--json"));
  t.same(document, {
    schema: "mapd.forwards/1",
    forwards: [
      SSH,
      { ...SSH, protocol: "udp", origin: "config" },
      {
        ...SSH,
        protocol: "udp",
        externalPort: 64720,
        insidePort: 5060,
        origin: "pcp",
        remainingSeconds: 3600,
      },
    ],
  });
});

test("where there are no forwards the header stands alone", async (t) => {
  const { mapctl } = await live(t);
  t.equal(
    (await mapctl("forward", "list")).stdout,
    "domain  protocol  external  inside  origin  remaining\n",
  );
});

test("several domains with NAT44: list shows all, add wants a name", async (t) => {
  const { nat44, mapctl } = await live(t, CE_T, SECOND_CE);
  nat44.mappings = [mapping(6, 1232, 22)];
  const added = await mapctl("forward", "add", "udp", "5000", "192.168.2.7:5000");
  t.same(added, {
    status: 2,
    stdout: "",
    stderr: "error: several domains have NAT44; name one with --domain: ce-t, ce-e\n",
  });
  const words = ["udp", "5000", "192.168.2.7:5000", "--domain", "ce-e"];
  t.equal((await mapctl("forward", "add", ...words)).status, 0);
  const { forwards } = documentIn(await mapctl("forward", "list", "--json"));
  t.match(forwards, [{ domain: "ce-t" }, { domain: "ce-e", externalAddress: "198.51.100.18" }]);
  const one = documentIn(await mapctl("forward", "list", "--domain", "ce-e", "--json"));
  t.match(one.forwards, [{ domain: "ce-e" }]);
  t.equal((one.forwards as readonly object[]).length, 1);
});
