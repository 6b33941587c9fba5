/**
 * Rule strings of IP_MAP_Calculator, one a line: `name|v6|length|v4|length|EA length|PSID offset`, and the comment that
 * its list of saved rules adds in brackets. They name no mode and no peer.
 */
import type { ForeignDomain, ForeignRule, Reader } from "../model.js";
import { readWhole } from "../numbers.js";

const PARTS = 7;

export const readRuleStrings: Reader = (text, findings) => {
  const rules: ForeignRule[] = [];
  text.split(/\r?\n/).forEach((raw, index) => {
    const line = raw.trim();
    if (line === "" || line.startsWith("#")) return;
    const place = `line ${index + 1}`;
    const parts = line
      .replace(/^["']|["']$/g, "")
      .replace(/\s+\(.*$/, "")
      .split("|")
      .map((part) => part.trim());
    if (parts.length !== PARTS) {
      const message = `has ${parts.length} parts, not name|v6|length|v4|length|ea|offset`;
      findings.error("import-syntax", place, message);
      return;
    }
    const [name = "", v6 = "", v6Len = "", v4 = "", v4Len = "", ea, offset] = parts;
    const eaLen = readWhole(ea, "EA length", place, findings);
    const psidOffset = readWhole(offset, "PSID offset", place, findings);
    if (eaLen === undefined || psidOffset === undefined) return;
    rules.push({ name, ipv6: `${v6}/${v6Len}`, ipv4: `${v4}/${v4Len}`, eaLen, psidOffset, place });
  });
  const domain: ForeignDomain = { name: "imported", mode: null, role: null, rules, place: "" };
  return rules.length === 0 ? [] : [domain];
};
