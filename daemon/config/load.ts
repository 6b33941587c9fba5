/** From the text of a configuration to a checked, immutable `Config`, or to all that is wrong with it. */
import { readFile } from "node:fs/promises";
import { checkRule, type RuleInput } from "../../src/map/check.js";
import type { Checked, Rule } from "../../src/map/types.js";
import { checkDomain, checkRuleNames } from "./check-domain.js";
import { checkHost, FIRST_TUN_ADDRESS, type PlacedDomain } from "./check-host.js";
import { Findings } from "./findings.js";
import { configHash, deepFreeze } from "./hash.js";
import type { DomainDocument, RuleDocument } from "./schema.js";
import { valueAt } from "./schema-walk.js";
import { domainPath, followsFrom, readShape, type Shape } from "./shape.js";
import type { Config, DomainConfig } from "./types.js";
import { readYaml } from "./yaml-text.js";

/** Yields to every default route that an operator, DHCP or a routing daemon sets. */
const DEFAULT_ROUTE_METRIC = 2048;

/** Reads and checks a configuration file; a file that cannot be read is a diagnostic, too. */
export async function loadConfig(path: string): Promise<Checked<Config>> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    const findings = new Findings();
    const reason = error instanceof Error ? error.message : String(error);
    findings.error("unreadable", "", `cannot read the configuration: ${reason}`);
    return { ok: false, diagnostics: findings.list };
  }
  return parseConfig(text);
}

/** Checks the text of a configuration. Diagnostics hold every problem, and the warnings of a good one. */
export function parseConfig(text: string): Checked<Config> {
  const raw = readYaml(text);
  if (!raw.ok) return raw;
  const findings = new Findings();
  const shape = readShape(raw.value, findings);
  const meaning = new Findings();
  const rules = checkRules(shape, raw.value, meaning);
  const domains = checkDomains(shape, raw.value, rules, meaning);
  for (const diagnostic of meaning.list) {
    if (!followsFrom(diagnostic.path, shape.faulty)) findings.add(diagnostic);
  }
  const { document } = shape;
  if (findings.failed || document === null) return { ok: false, diagnostics: findings.list };
  const effective = {
    controlSocket: document["control-socket"],
    http: document.http,
    log: document.log,
    domains: domains.map(({ config }) => config),
  };
  const config = { ...effective, hash: configHash(effective), document };
  return { ok: true, value: deepFreeze(config), diagnostics: findings.list };
}

/** Rules that agree with themselves, by name, also those that no domain uses. */
function checkRules(shape: Shape, raw: unknown, findings: Findings): Map<string, Rule | null> {
  const rules = new Map<string, Rule | null>();
  for (const [name, document] of shape.rules) {
    if (document === null) {
      rules.set(name, null);
      continue;
    }
    const checked = checkRule(ruleInput(name, document, raw), `rules.${name}`);
    findings.add(...checked.diagnostics);
    rules.set(name, checked.ok ? checked.value : null);
  }
  return rules;
}

function ruleInput(name: string, document: RuleDocument, raw: unknown): RuleInput {
  // Only an offset that was written can be one that is ignored.
  const hasOffset = valueAt(raw, ["rules", name, "psid-offset"]) !== undefined;
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
    return { ok: true, value: ruleInput(name, document, raw.value), diagnostics: [] };
  }
  const own = findings.list.filter(({ path }) => followsFrom(path, [`rules.${name}`]));
  return { ok: false, diagnostics: own };
}

/** Names of the rules in a configuration, sound or not. */
export function ruleNames(text: string): string[] {
  const raw = readYaml(text);
  return raw.ok ? [...readShape(raw.value, new Findings()).rules.keys()] : [];
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
      return;
    }
    const tunAddress = FIRST_TUN_ADDRESS + edges;
    const settings = checkDomain({ document, raw: rawDomain, path, rules, tunAddress }, findings);
    if (settings === null) return;
    const config = domainConfig(document, settings, tunAddress, edges);
    if (config.tun.address !== null) edges++;
    checkQueues(config, path, findings);
    placed.push({ config, path });
  });
  checkHost(placed, findings);
  return placed;
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
): DomainConfig {
  const hasNat44 = settings.role === "ce" && settings.nat44 !== null;
  return {
    settings,
    tun: { ...document.tun, address: hasNat44 ? tunAddress : null },
    // Two default routes of one metric would be one route.
    routes: { mode: document.routes, metric: DEFAULT_ROUTE_METRIC + ordinal },
  };
}

/** Both directions of a session must meet in one worker, and only one queue guarantees that. */
function checkQueues({ settings, tun }: DomainConfig, path: string, findings: Findings): void {
  if (tun.address === null || tun.queues === 1) return;
  const text = `must be 1: the NAT44 of "${settings.name}" keeps its sessions in one worker`;
  findings.error("queues-with-nat44", `${path}.tun.queues`, text);
}
