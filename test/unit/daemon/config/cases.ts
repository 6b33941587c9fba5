/** Cases of a configuration that says something wrong, and what they are checked against. */
import { test } from "tap";
import { BR_T, check, documentOf, type Fields, METRO, outline } from "./documents.js";

export interface Case {
  readonly name: string;
  readonly document: unknown;
  readonly findings: readonly string[];
}

/** A case about one domain that differs from a sound one. */
export function domain(name: string, base: Fields, change: Fields, ...findings: string[]): Case {
  return { name, document: documentOf([{ ...base, ...change }]), findings };
}

export function rule(name: string, change: Fields, ...findings: string[]): Case {
  const rules = { metro: { ...METRO, ...change } };
  return { name, document: documentOf([BR_T], { rules }), findings };
}

export function top(name: string, more: Fields, ...findings: string[]): Case {
  return { name, document: documentOf([BR_T], more), findings };
}

/** The path of the one domain. */
export const D = "domains[0]";

/** The findings are exactly these, and only errors refuse the configuration. */
export function testCase({ name, document, findings }: Case): void {
  test(name, async (t) => {
    const checked = check(document);
    t.same(outline(checked.diagnostics), [...findings].sort());
    t.equal(checked.ok, !findings.some((finding) => finding.startsWith("error")));
  });
}
