/** RULE on the command line: a name in a configuration, the spaced form or the seven-part string. */
import { readFile } from "node:fs/promises";
import { checkRule, type RuleInput } from "../../src/map/check.js";
import {
  checkIpv4Prefix,
  checkIpv6Prefix,
  parseIpv4Prefix,
  parseIpv6Prefix,
} from "../../src/map/prefix.js";
import type { Checked, Diagnostic, Iid, Rule } from "../../src/map/types.js";
import { ruleNames, ruleOf } from "../config/load.js";
import { MapdError } from "../errors.js";
import { didYouMean } from "../suggest.js";
import type { CliArgument, CliInput, CliOption } from "./command.js";
import { textOption } from "./command.js";
import { parseWhole } from "./values.js";

export const RULE_ARGUMENT: CliArgument = {
  name: "rule",
  description:
    "name of a rule (with --config), 'V6-PREFIX V4-PREFIX EA-LEN [OFFSET [PSID-LEN]]', or 'name|v6|len|v4|len|ea|offset'",
  required: true,
};

export const RULE_OPTIONS: readonly CliOption[] = [
  { flags: "--config <file>", description: "configuration that defines the rule" },
  {
    flags: "--iid <style>",
    description: "interface identifier",
    choices: ["rfc7597", "draft-03"],
  },
];

export interface RuleArgument {
  readonly rule: Rule;
  /** Warnings. */
  readonly diagnostics: readonly Diagnostic[];
  /** True where a configuration or --iid says which interface identifier the rule has. */
  readonly isIidGiven: boolean;
}

/** Throws a `MapdError`: usage, not-found, or invalid with all that is wrong with the rule. */
export async function ruleArgument(input: CliInput): Promise<RuleArgument> {
  const text = (input.arguments[0] ?? "").trim();
  const file = textOption(input, "config");
  const iid = textOption(input, "iid") as Iid | undefined;
  const named = !/[\s|]/.test(text);
  const read = named ? await readNamed(text, file) : readWritten(text);
  const given = accept(read);
  const checked = checkRule(iid === undefined ? given : { ...given, iid }, "");
  return {
    rule: accept(checked),
    diagnostics: checked.diagnostics,
    isIidGiven: named || iid !== undefined,
  };
}

/** The value, or the error that says why there is none. */
export function accept<T>(checked: Checked<T>): T {
  if (checked.ok) return checked.value;
  throw new MapdError("invalid", "the rule is not valid", { diagnostics: checked.diagnostics });
}

async function readNamed(name: string, file: string | undefined): Promise<Checked<RuleInput>> {
  if (file === undefined) {
    const message = `"${name}" is a rule's name and needs --config FILE; or write the rule: '2001:db8::/40 192.0.2.0/24 16'`;
    throw new MapdError("usage", message);
  }
  const text = await readFile(file, "utf8").catch((cause: Error) => {
    throw new MapdError("invalid", `cannot read the configuration: ${cause.message}`, { cause });
  });
  const found = ruleOf(text, name);
  if (found !== null) return found;
  const hint = didYouMean(name, ruleNames(text));
  throw new MapdError("not-found", `${file} has no rule named "${name}"${hint}`);
}

function readWritten(text: string): Checked<RuleInput> {
  return text.includes("|") ? readSevenParts(text) : readSpaced(text);
}

/** `2001:db8::/40 192.0.2.0/24 16 6 8` */
function readSpaced(text: string): Checked<RuleInput> {
  const [ipv6 = "", ipv4 = "", ea, offset, psidLen, ...rest] = text.split(/\s+/);
  if (ea === undefined || rest.length > 0) {
    return syntax(`"${text}" is not 'V6-PREFIX V4-PREFIX EA-LEN [OFFSET [PSID-LEN]]'`);
  }
  return assemble({ name: "rule", ipv6, ipv4, ea, offset, psidLen });
}

const SEVEN = 7;

/** `name|2001:db8::|40|192.0.2.0|24|16|6`, with the comment that IP_MAP_Calculator saves behind it. */
function readSevenParts(text: string): Checked<RuleInput> {
  const parts = text
    .replace(/\s+\(.*$/, "")
    .split("|")
    .map((part) => part.trim());
  if (parts.length !== SEVEN) {
    return syntax(`"${text}" has ${parts.length} parts, not name|v6|len|v4|len|ea|offset`);
  }
  const [name = "", v6 = "", v6Len = "", v4 = "", v4Len = "", ea = "", offset] = parts;
  return assemble({
    name,
    ipv6: `${v6}/${v6Len}`,
    ipv4: `${v4}/${v4Len}`,
    ea,
    offset,
    psidLen: undefined,
  });
}

interface WrittenRule {
  readonly name: string;
  readonly ipv6: string;
  readonly ipv4: string;
  readonly ea: string;
  readonly offset: string | undefined;
  readonly psidLen: string | undefined;
}

function assemble(written: WrittenRule): Checked<RuleInput> {
  const ipv6 = prefixText(
    parseIpv6Prefix(written.ipv6),
    checkIpv6Prefix,
    written.ipv6,
    "rule-ipv6-prefix",
  );
  const ipv4 = prefixText(
    parseIpv4Prefix(written.ipv4),
    checkIpv4Prefix,
    written.ipv4,
    "rule-ipv4-prefix",
  );
  const ea = wholeNumber(written.ea, "ea-len");
  const offset = optionalNumber(written.offset, "psid-offset");
  const psidLen = optionalNumber(written.psidLen, "psid-len");
  const diagnostics = [ipv6, ipv4, ea, offset, psidLen].flatMap((one) => one.diagnostics);
  if (!ipv6.ok || !ipv4.ok || !ea.ok || !offset.ok || !psidLen.ok)
    return { ok: false, diagnostics };
  const value = {
    name: written.name,
    ipv6: ipv6.value,
    ipv4: ipv4.value,
    eaLen: ea.value,
    psidOffset: offset.value,
    psidLen: psidLen.value,
  };
  return { ok: true, value, diagnostics };
}

/** A readable prefix, whose bits `checkRule()` judges together with the numbers, or what is wrong with the text. */
function prefixText<T>(
  parsed: T | null,
  explain: (text: string, path: string) => Checked<T>,
  text: string,
  path: string,
): Checked<T> {
  return parsed === null ? explain(text, path) : { ok: true, value: parsed, diagnostics: [] };
}

function optionalNumber(text: string | undefined, path: string): Checked<number | undefined> {
  return text === undefined
    ? { ok: true, value: undefined, diagnostics: [] }
    : wholeNumber(text, path);
}

function wholeNumber(text: string, path: string): Checked<number> {
  const value = parseWhole(text);
  if (value !== null) return { ok: true, value, diagnostics: [] };
  return refusal("rule-syntax", path, `"${text}" is not a whole number`);
}

function syntax(message: string): Checked<never> {
  return refusal("rule-syntax", "rule", message);
}

function refusal(code: string, path: string, message: string): Checked<never> {
  return { ok: false, diagnostics: [{ code, severity: "error", path, message, rfc: "" }] };
}
