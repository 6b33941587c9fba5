/** What is announced for a domain, and how long a drain may take. */
import type { Findings } from "../../src/map/findings.js";
import type { ConfigDocument, DomainDocument } from "./schema.js";
import { domainPath, type Shape } from "./shape.js";
import type { AnnounceSettings, DomainConfig } from "./types.js";

type Block = ConfigDocument["announce"];

/** `unspec`, `default`, `main` and `local`: routes there would forward (rtnetlink(7)). */
const KERNEL_TABLES: readonly number[] = [0, 253, 254, 255];

const DEFAULT_DRAIN_MS = 5_000;

export function checkAnnounce({ document, domains }: Shape, findings: Findings): void {
  checkTable(document?.announce, "announce", findings);
  domains.forEach((domain, index) => {
    const path = `${domainPath(index)}.announce`;
    checkTable(domain?.announce, path, findings);
    const isOnCe = domain?.role === "ce" && (domain.announce ?? null) !== null;
    if (isOnCe) findings.error("not-allowed", path, "belongs to a BR; this domain has role ce");
  });
}

function checkTable(block: Block | undefined, path: string, findings: Findings): void {
  if (block === undefined || block === null || !KERNEL_TABLES.includes(block.table)) return;
  const text = `${block.table} is one of the kernel's own tables; marker routes need another`;
  findings.error("kernel-table", `${path}.table`, text);
}

/** null where nothing is announced. */
export function announceOf(document: DomainDocument, common: Block): AnnounceSettings | null {
  const block = document.announce === undefined ? common : document.announce;
  if (block === null || document.role === "ce") return null;
  return { table: block.table, holdMs: block.hold * 1000 };
}

export function drainTimeoutMs(document: ConfigDocument, domains: readonly DomainConfig[]): number {
  const given = document["drain-timeout"];
  if (given !== undefined) return given * 1000;
  return domains.some(({ announce }) => announce !== null) ? DEFAULT_DRAIN_MS : 0;
}
