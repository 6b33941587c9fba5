/** A daemon as the metrics see it, with made-up numbers. */
import type { MeteredDaemon } from "../../../../daemon/http/metric.js";
import type { Readiness } from "../../../../daemon/runtime/readiness.js";
import type { RuleHits } from "../../../../daemon/runtime/rule-hits.js";
import type { DaemonView, DomainView } from "../../../../daemon/runtime/status.js";
import { daemonOf } from "../samples.js";

interface More extends Partial<DaemonView> {
  readonly readiness?: Partial<Readiness>;
  readonly hits?: ReadonlyMap<string, RuleHits>;
}

export function meteredOf(
  domains: readonly DomainView[],
  { readiness = {}, hits, ...more }: More = {},
): MeteredDaemon {
  const { reasons = [] } = readiness;
  return {
    ...daemonOf(domains, reasons),
    ...more,
    domains: domains.map((domain) => ({ ...domain, ruleHits: () => hits ?? null })),
    readiness: {
      phase: reasons.length === 0 ? "ready" : "degraded",
      ready: reasons.length === 0,
      reasons,
      announced: [],
      drain: null,
      ...readiness,
    },
  };
}
