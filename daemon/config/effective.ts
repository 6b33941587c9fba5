/**
 * The configuration in force, in the words of the file: every default filled in, also those that follow from other
 * keys, and without keys that have no effect. Read again it gives the same configuration, with the same hash.
 */
import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { formatIpv4Prefix, formatIpv6Prefix } from "../../src/map/prefix.js";
import type { Rule } from "../../src/map/types.js";
import type { CeSettings } from "../../src/pipeline/settings.js";
import { writeField } from "./fields.js";
import { configSchema } from "./schema.js";
import { elementOf, keysOf, unwrap } from "./schema-walk.js";
import type { Config, DomainConfig } from "./types.js";

type Schema = z.core.$ZodType;
type Block = Record<string, unknown>;

/** Plain values only: it can be written as JSON or YAML. */
export function effectiveDocument(config: Config): Block {
  const { domains, ...rest } = effectiveWithoutRules(config);
  const rules = Object.fromEntries(config.rules.map((rule) => [rule.name, ruleDocument(rule)]));
  return { ...rest, rules, domains };
}

/** Likewise, but for the rules, of which there may be many. */
export function effectiveWithoutRules(config: Config): Block {
  const written = blockOf(write(configSchema, config.document));
  written["drain-timeout"] = config.drainTimeoutMs / 1000;
  const domains = new Map(config.domains.map((domain) => [domain.settings.name, domain]));
  for (const value of arrayOf(written.domains)) {
    const block = blockOf(value);
    const domain = domains.get(String(block.name));
    if (domain !== undefined) completeDomain(block, domain);
  }
  return written;
}

/** What the file would have to say for `schema` to give `value`. */
function write(schema: Schema, value: unknown): unknown {
  const inner = unwrap(schema);
  if (value === null) return null;
  if (inner instanceof z.ZodUnion) return writeUnion(inner.options, value);
  const field = writeField(inner, value);
  if (field !== undefined) return field;
  const element = elementOf(inner);
  if (inner instanceof z.ZodArray && element !== null) {
    return arrayOf(value).map((item) => write(element, item));
  }
  if (typeof value !== "object") return value;
  const keys: ReadonlyMap<string, Schema> = new Map(keysOf(inner));
  const rows = Object.entries(value).flatMap(([key, item]): (readonly [string, unknown])[] => {
    const child = keys.get(key) ?? element;
    return item === undefined || child === null ? [] : [[key, write(child, item)]];
  });
  return Object.fromEntries(rows);
}

/** The first option that reads what it wrote as the same value. */
function writeUnion(options: readonly Schema[], value: unknown): unknown {
  for (const option of options) {
    try {
      const text = write(option, value);
      const read = z.safeParse(option, text);
      if (read.success && isDeepStrictEqual(read.data, value)) return text;
    } catch {
      // The value is not of this option's kind.
    }
  }
  return value;
}

/** A rule in the words of the file. */
export function ruleDocument(rule: Rule): Block {
  return {
    "rule-ipv6-prefix": formatIpv6Prefix(rule.ipv6),
    "rule-ipv4-prefix": formatIpv4Prefix(rule.ipv4),
    "ea-len": rule.eaLen,
    // An offset of an address that is not shared means nothing.
    ...(rule.psidLen === 0 ? {} : { "psid-offset": rule.psidOffset }),
    "psid-len": rule.psidLen,
    ...(rule.psid === null ? {} : { psid: rule.psid }),
    iid: rule.iid,
    forwarding: rule.forwarding,
  };
}

function completeDomain(block: Block, { settings }: DomainConfig): void {
  block.rules = settings.rules.map(({ name }) => name);
  blockOf(block.mtu).ipv4 = settings.mtu.ipv4;
  if (settings.mode === "map-t") {
    if (settings.fragmentation === "outer") delete block.fragmentation;
    block["udp-zero-checksum"] = settings.udpZeroChecksum;
  }
  if (settings.role === "br") delete block.nat44;
  else {
    delete block.hairpin;
    delete block["rule-counters"];
    delete block.announce;
    completeNat44(block, settings);
  }
}

function completeNat44(block: Block, { nat44: settings, localPrefixes }: CeSettings): void {
  const nat44 = blockOf(block.nat44);
  nat44.enabled = settings !== null;
  if (settings === null) {
    delete block["local-ipv4-prefixes"];
    delete nat44.pcp;
    return;
  }
  const { filtering, maxSessions, timeoutsMs } = settings;
  nat44.filtering = filtering;
  nat44["max-sessions"] = maxSessions;
  const timeouts = blockOf(nat44.timeouts);
  timeouts["tcp-opening"] = timeoutsMs.tcpOpening / 1000;
  timeouts["tcp-closing"] = timeoutsMs.tcpClosing / 1000;
  // The last one is the TUN device's own.
  block["local-ipv4-prefixes"] ??= localPrefixes.slice(0, -1).map(formatIpv4Prefix);
}

function blockOf(value: unknown): Block {
  return typeof value === "object" && value !== null ? (value as Block) : {};
}

function arrayOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
