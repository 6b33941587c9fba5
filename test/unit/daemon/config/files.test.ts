/** Files of the repository that follow from the schema, files of a user, and what a reload may change. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { PassThrough } from "node:stream";
import { fileURLToPath } from "node:url";
import { test } from "tap";
import { checkFile } from "../../../../daemon/config/check-file.js";
import { loadConfig } from "../../../../daemon/config/load.js";
import { configurationPage, jsonSchema } from "../../../../daemon/config/reference.js";
import { changesNeedingRestart } from "../../../../daemon/config/restart.js";
import { configSchema } from "../../../../daemon/config/schema.js";
import { elementOf, keysOf, metaOf } from "../../../../daemon/config/schema-walk.js";
import { accept, BR_E, BR_T, documentOf, type Fields } from "./documents.js";

const ROOT = packageRoot(dirname(fileURLToPath(import.meta.url)));
const EXAMPLES = join(ROOT, "config/examples");

function packageRoot(folder: string): string {
  return existsSync(join(folder, "package.json")) ? folder : packageRoot(dirname(folder));
}

test("there is an example for each mode and role, and one with PCP", async (t) => {
  const names = readdirSync(EXAMPLES).sort();
  const plain = ["map-e-br.yaml", "map-e-ce.yaml", "map-t-br.yaml"];
  t.same(names, [...plain, "map-t-ce-pcp.yaml", "map-t-ce.yaml"]);
  for (const name of names) {
    const checked = await loadConfig(join(EXAMPLES, name));
    t.same(checked.diagnostics, [], name);
    if (!checked.ok) continue;
    const [domain] = checked.value.domains;
    const { mode, role } = domain?.settings ?? {};
    const pcp = domain?.pcp === null ? "" : "-pcp";
    t.equal(`${mode}-${role}${pcp}.yaml`, name);
  }
});

test("the pages made from the schema are up to date", async (t) => {
  const schema: unknown = JSON.parse(readFileSync(join(ROOT, "config/mapd.schema.json"), "utf8"));
  t.same(schema, JSON.parse(JSON.stringify(jsonSchema())));
  t.equal(readFileSync(join(ROOT, "docs/configuration.md"), "utf8"), configurationPage());
});

test("every key has a description", async (t) => {
  const bare: string[] = [];
  const visit = (schema: Parameters<typeof keysOf>[0], path: string): void => {
    for (const [key, child] of keysOf(schema)) {
      const at = `${path}/${key}`;
      if (metaOf(child).description === undefined) bare.push(at);
      visit(elementOf(child) ?? child, at);
    }
  };
  visit(configSchema, "");
  t.same(bare, []);
});

const CHECKS = [
  { name: "a sound file", text: JSON.stringify(documentOf([BR_T])), status: 0, says: /^$/ },
  {
    name: "a file with a warning",
    text: JSON.stringify(documentOf([{ ...BR_T, fragmentation: "outer" }])),
    status: 0,
    says: /^warning: domains\[0\]\.fragmentation: no effect: only map-e encapsulates\n$/,
  },
  {
    name: "a faulty file",
    text: JSON.stringify(documentOf([{ ...BR_T, "dmr-ipv6-prefix": undefined }])),
    status: 5,
    says: /^error: domains\[0\]\.dmr-ipv6-prefix: is required with mode map-t \(RFC 7599 §5\.1\)\n$/,
  },
  { name: "no file", text: null, status: 5, says: /: there is no such file\n$/ },
];

for (const { name, text, status, says } of CHECKS) {
  test(`--check of ${name}`, async (t) => {
    const folder = t.testdir(text === null ? {} : { "mapd.yaml": text });
    const stream = new PassThrough({ encoding: "utf8" });
    t.equal(await checkFile(join(folder, "mapd.yaml"), stream), status);
    t.match(String(stream.read() ?? ""), says);
  });
}

test("a folder in the place of a file is named, and what to do", async (t) => {
  const path = t.testdir({});
  const checked = await loadConfig(path);
  const message = `cannot read the configuration: ${path}: it is a folder; name a file in it`;
  t.match(checked, { ok: false, diagnostics: [{ code: "unreadable", message }] });
});

const RELOADS: readonly { name: string; before: Fields; after: Fields; paths: string[] }[] = [
  { name: "nothing", before: documentOf([BR_T]), after: documentOf([BR_T]), paths: [] },
  {
    name: "what a reload can do",
    before: documentOf([BR_T]),
    after: documentOf([{ ...BR_T, hairpin: false, mtu: { ipv6: 1400 } }], {
      log: { level: "warn" },
    }),
    paths: [],
  },
  {
    name: "sockets",
    before: documentOf([BR_T]),
    after: documentOf([BR_T], {
      "control-socket": "/run/x",
      "control-socket-mode": "0600",
      "control-socket-group": "adm",
      "control-socket-operators": "netops",
      http: null,
    }),
    paths: [
      "control-socket",
      "control-socket-mode",
      "control-socket-group",
      "control-socket-operators",
      "http.listen",
    ],
  },
  {
    name: "the device of one domain of two, in another order",
    before: documentOf([BR_T, BR_E]),
    after: documentOf([{ ...BR_E, tun: { name: "mape0", queues: 2 } }, BR_T]),
    paths: ["domains.br-e.tun.queues"],
  },
  {
    name: "a domain that comes and one that goes",
    before: documentOf([BR_T]),
    after: documentOf([BR_E]),
    paths: [],
  },
];

for (const { name, before, after, paths } of RELOADS) {
  test(`keys that need a restart: ${name}`, async (t) => {
    const rules = (document: Fields): Fields => {
      const list = document.domains as Fields[];
      // Two domains may not have one route.
      const domains = list.map((domain) =>
        domain.mode === "map-e" ? { ...domain, rules: ["full"] } : domain,
      );
      return { ...document, domains };
    };
    t.same(changesNeedingRestart(accept(rules(before)), accept(rules(after))), paths);
  });
}
