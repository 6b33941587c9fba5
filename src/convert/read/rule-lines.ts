/** Rules as mapctl takes them on its command line, one a line: `V6-PREFIX V4-PREFIX EA-LEN [OFFSET [PSID-LEN [PSID]]]`. */
import type { ForeignDomain, ForeignRule, Reader } from "../model.js";
import { readWhole } from "../numbers.js";

export const readRuleLines: Reader = (text, findings) => {
  const rules: ForeignRule[] = [];
  text.split(/\r?\n/).forEach((raw, index) => {
    const line = raw.trim().replace(/^["']|["']$/g, "");
    if (line === "" || line.startsWith("#")) return;
    const place = `line ${index + 1}`;
    const [ipv6 = "", ipv4 = "", ea, offset, len, own, ...rest] = line.split(/\s+/);
    const eaLen = readWhole(ea, "EA length", place, findings);
    if (ea === undefined || rest.length > 0) {
      const message = `"${line}" is not V6-PREFIX V4-PREFIX EA-LEN [OFFSET [PSID-LEN [PSID]]]`;
      findings.error("import-syntax", place, message);
    }
    if (eaLen === undefined || rest.length > 0) return;
    const psidOffset = readWhole(offset, "PSID offset", place, findings);
    const psidLen = readWhole(len, "PSID length", place, findings);
    const psid = readWhole(own, "PSID", place, findings);
    const name = `rule${rules.length + 1}`;
    rules.push({ name, ipv6, ipv4, eaLen, psidOffset, psidLen, psid, place });
  });
  const domain: ForeignDomain = { name: "imported", mode: null, role: null, rules, place: "" };
  return rules.length === 0 ? [] : [domain];
};
