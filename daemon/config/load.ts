/** From the text of a configuration to a checked, immutable `Config`, or to all that is wrong with it. */
import { readFile, stat } from "node:fs/promises";
import { checkDmr, checkRule, type RuleInput } from "../../src/map/check.js";
import { Findings } from "../../src/map/findings.js";
import { PackedRules } from "../../src/map/packed-rules.js";
import type { Checked, Rule } from "../../src/map/types.js";
import { announceOf, checkAnnounce, drainTimeoutMs } from "./check-announce.js";
import { checkDomain, checkRuleNames } from "./check-domain.js";
import { checkHost, FIRST_TUN_ADDRESS, type PlacedDomain } from "./check-host.js";
import { pcpSettings } from "./check-nat44.js";
import { readIpv6Prefix } from "./fields.js";
import { configHash, deepFreeze } from "./hash.js";
import { loadApart } from "./load-apart.js";
import type { ConfigDocument, DomainDocument, RuleDocument } from "./schema.js";
import { valueAt } from "./schema-walk.js";
import { domainPath, followsFrom, readShape, type Shape } from "./shape.js";
import type { Config, DomainConfig } from "./types.js";
import { readYaml } from "./yaml-text.js";

/** Yields to every default route that an operator, DHCP or a routing daemon sets. */
const DEFAULT_ROUTE_METRIC = 2048;

/** Of a file that is worth a thread; about 30,000 rules. */
const LARGE_BYTES = 4 * 1024 * 1024;

/** Reads and checks a configuration file; a file that cannot be read is a diagnostic, too. */
export async function loadConfig(path: string): Promise<Checked<Config>> {
  const bytes = await stat(path).then(
    ({ size }) => size,
    () => 0,
  );
  return bytes < LARGE_BYTES ? loadHere(path) : loadApart(path);
}

/** `loadConfig()` in this thread. */
export async function loadHere(path: string): Promise<Checked<Config>> {
  // Nobody holds the text while its values are checked: it may be as long as they are.
  const raw = await readFileValues(path);
  return raw.ok ? checkValues(raw.value) : raw;
}

async function readFileValues(path: string): Promise<Checked<unknown>> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    const findings = new Findings();
    findings.error(
      "unreadable",
      "",
      `cannot read the configuration: ${whyUnreadable(path, error)}`,
    );
    return { ok: false, diagnostics: findings.list };
  }
  return readYaml(text);
}

const READ_FAILURES: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EISDIR: "it is a folder; name a file in it",
  EACCES: "you may not read it; become its owner or root, or change its mode",
};

function whyUnreadable(path: string, error: unknown): string {
  const code: unknown = error instanceof Error ? Reflect.get(error, "code") : undefined;
  const known = typeof code === "string" ? READ_FAILURES[code] : undefined;
  return `${path}: ${known ?? (error instanceof Error ? error.message : String(error))}`;
}

/** Checks the text of a configuration. Diagnostics hold every problem, and the warnings of a good one. */
export function parseConfig(text: string): Checked<Config> {
  const raw = readYaml(text);
  return raw.ok ? checkValues(raw.value) : raw;
}

function checkValues(values: unknown): Checked<Config> {
  const findings = new Findings();
  const shape = readShape(values, findings);
  const meaning = new Findings();
  const rules = checkRules(shape, values, meaning);
  const domains = checkDomains(shape, values, rules, meaning);
  checkAnnounce(shape, meaning);
  for (const diagnostic of meaning.list) {
    if (!followsFrom(diagnostic.path, shape.faulty)) findings.add(diagnostic);
  }
  const { document } = shape;
  if (findings.failed || document === null) return { ok: false, diagnostics: findings.list };
  const all = PackedRules.of([...rules.values()].filter((rule) => rule !== null));
  const configs = domains.map(({ config }) => withPackedRules(config, all));
  const effective = {
    controlSocket: document["control-socket"],
    controlAccess: accessOf(document),
    http: httpOf(document),
    log: document.log,
    stateFile: document["state-file"],
    drainTimeoutMs: drainTimeoutMs(document, configs),
    drainFile: document["drain-file"],
    domains: configs,
  };
  const config = {
    ...effective,
    hash: configHash(effective),
    rules: all,
    document: withoutRuleTexts(document),
  };
  return { ok: true, value: deepFreeze(config), diagnostics: findings.list };
}

function accessOf(document: ConfigDocument): Config["controlAccess"] {
  const operators = document["control-socket-operators"];
  return {
    mode: Number.parseInt(document["control-socket-mode"], 8),
    group: document["control-socket-group"] ?? operators,
    operators,
  };
}

function httpOf({ http }: ConfigDocument): Config["http"] {
  if (http === null) return null;
  return { listen: http.listen, hosts: http.hosts, tokenFile: http["token-file"] };
}

function withoutRuleTexts({ rules: _, ...rest }: ConfigDocument): Config["document"] {
  return { ...rest, domains: rest.domains.map((domain) => ({ ...domain, rules: [] })) };
}

/** A BR may have very many rules; most often they are all that there are. */
function withPackedRules(config: DomainConfig, all: PackedRules): DomainConfig {
  const { settings } = config;
  if (settings.role === "ce") return config;
  const own = PackedRules.of(settings.rules);
  return { ...config, settings: { ...settings, rules: own.equals(all) ? all : own } };
}

/** Rules that agree with themselves, by name, also those that no domain uses. */
function checkRules(shape: Shape, raw: unknown, findings: Findings): Map<string, Rule | null> {
  const rules = new Map<string, Rule | null>();
  const written = valueAt(raw, ["rules"]);
  for (const [name, document] of shape.rules) {
    if (document === null) {
      rules.set(name, null);
      checkLengths(name, raw, findings);
      continue;
    }
    const checked = checkRule(ruleInput(name, document, written), `rules.${name}`);
    findings.add(...checked.diagnostics);
    rules.set(name, checked.ok ? checked.value : null);
  }
  return rules;
}

/** Findings about one length alone, which stand whatever else is wrong with the rule. */
const LENGTH_CODES: ReadonlySet<string> = new Set([
  "ea-len-range",
  "psid-offset-range",
  "psid-len-range",
]);

/** Judges the lengths of a rule of which other keys are faulty. */
function checkLengths(name: string, raw: unknown, findings: Findings): void {
  const lengthAt = (key: string): number | undefined => {
    const value = valueAt(raw, ["rules", name, key]);
    return typeof value === "number" && Number.isInteger(value) ? value : undefined;
  };
  const input: RuleInput = {
    name,
    // Prefixes of length 0 contradict no length.
    ipv6: { address: [0, 0, 0, 0], len: 0 },
    ipv4: { address: 0, len: 0 },
    eaLen: lengthAt("ea-len") ?? 0,
    psidOffset: lengthAt("psid-offset"),
    psidLen: lengthAt("psid-len"),
  };
  const { diagnostics } = checkRule(input, `rules.${name}`);
  findings.add(...diagnostics.filter(({ code }) => LENGTH_CODES.has(code)));
}

/** `written`: all rules as they stand in the file. */
function ruleInput(name: string, document: RuleDocument, written: unknown): RuleInput {
  // Only an offset that was written can be one that is ignored.
  const hasOffset = valueAt(written, [name, "psid-offset"]) !== undefined;
  return {
    name,
    ipv6: document["rule-ipv6-prefix"],
    ipv4: document["rule-ipv4-prefix"],
    eaLen: document["ea-len"],
    psidOffset: hasOffset ? document["psid-offset"] : undefined,
    psidLen: document["psid-len"],
    psid: document.psid,
    iid: document.iid,
    forwarding: document.forwarding,
  };
}

/** One rule of a configuration by its name; whatever else the file holds need not be sound. */
export function ruleOf(text: string, name: string): Checked<RuleInput> | null {
  const raw = readYaml(text);
  if (!raw.ok) return raw;
  const findings = new Findings();
  const shape = readShape(raw.value, findings);
  const document = shape.rules.get(name);
  if (document === undefined) return null;
  if (document !== null) {
    const written = valueAt(raw.value, ["rules"]);
    return { ok: true, value: ruleInput(name, document, written), diagnostics: [] };
  }
  const own = findings.list.filter(({ path }) => followsFrom(path, [`rules.${name}`]));
  return { ok: false, diagnostics: own };
}

/** Names of the rules in a configuration, sound or not. */
export function ruleNames(text: string): string[] {
  const raw = readYaml(text);
  return raw.ok ? [...readShape(raw.value, new Findings()).rules.keys()] : [];
}

/** All rules of a configuration, as `ruleOf()` gives one; there is at least one. */
export function allRules(text: string): Checked<readonly RuleInput[]> {
  const raw = readYaml(text);
  if (!raw.ok) return raw;
  const findings = new Findings();
  const { rules } = readShape(raw.value, findings);
  if (rules.size === 0) {
    findings.error("no-rules", "rules", "the configuration has no rules; add one under rules");
  }
  const faulty = findings.list.filter(({ path }) => followsFrom(path, ["rules"]));
  if (faulty.length > 0) return { ok: false, diagnostics: faulty };
  const written = valueAt(raw.value, ["rules"]);
  const value = [...rules].flatMap(([name, document]) =>
    document === null ? [] : [ruleInput(name, document, written)],
  );
  return { ok: true, value, diagnostics: [] };
}

function checkDomains(
  shape: Shape,
  raw: unknown,
  rules: ReadonlyMap<string, Rule | null>,
  findings: Findings,
): PlacedDomain[] {
  const placed: PlacedDomain[] = [];
  let edges = 0;
  shape.domains.forEach((document, index) => {
    const path = domainPath(index);
    const rawDomain = valueAt(raw, ["domains", index]);
    if (document === null) {
      const names = textsOf(valueAt(rawDomain, ["rules"]));
      checkRuleNames(names, `${path}.rules`, rules, findings);
      checkDmrText(valueAt(rawDomain, ["dmr-ipv6-prefix"]), `${path}.dmr-ipv6-prefix`, findings);
      return;
    }
    const tunAddress = FIRST_TUN_ADDRESS + edges;
    const settings = checkDomain({ document, raw: rawDomain, path, rules, tunAddress }, findings);
    if (settings === null) return;
    const announce = announceOf(document, shape.document?.announce ?? null);
    const config = { ...domainConfig(document, settings, tunAddress, edges), announce };
    if (config.tun.address !== null) edges++;
    checkQueues(config, path, findings);
    placed.push({ config, path });
  });
  checkHost(placed, findings);
  return placed;
}

/** The DMR of a domain that is faulty beyond repair; what is no prefix has been reported then. */
function checkDmrText(text: unknown, path: string, findings: Findings): void {
  const parsed = typeof text === "string" ? readIpv6Prefix(text) : null;
  if (parsed === null || !("value" in parsed)) return;
  findings.add(...checkDmr(parsed.value, path).diagnostics);
}

/** The texts of a list; nothing where it is no list of texts, which has been reported then. */
function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string") ? value : [];
}

function domainConfig(
  document: DomainDocument,
  settings: DomainConfig["settings"],
  tunAddress: number,
  ordinal: number,
): Omit<DomainConfig, "announce"> {
  const hasNat44 = settings.role === "ce" && settings.nat44 !== null;
  return {
    settings,
    tun: { ...document.tun, address: hasNat44 ? tunAddress : null },
    // Two default routes of one metric would be one route.
    routes: { mode: document.routes, metric: DEFAULT_ROUTE_METRIC + ordinal },
    ruleCounters: settings.role === "br" && document["rule-counters"],
    pcp: hasNat44 ? pcpSettings(document.nat44.pcp) : null,
  };
}

/** Both directions of a session must meet in one worker, and only one queue guarantees that. */
function checkQueues({ settings, tun }: DomainConfig, path: string, findings: Findings): void {
  if (tun.address === null || tun.queues === 1) return;
  const text = `must be 1: the NAT44 of "${settings.name}" keeps its sessions in one worker`;
  findings.error("queues-with-nat44", `${path}.tun.queues`, text);
}
