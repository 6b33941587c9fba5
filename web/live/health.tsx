/** How the daemon is: phase, reasons, version, configuration, workers. */
import type { JSX } from "preact";
import { useTexts } from "../i18n/context.js";
import { Card } from "../ui/card.js";
import { Fact } from "../ui/fact.js";
import type { DomainStatus, Status } from "./documents.js";
import { duration } from "./numbers.js";
import { LIVE_TEXTS } from "./texts.js";

const PHASES = ["ready", "degraded", "draining", "starting", "stopped"] as const;

export function Health({ status }: { readonly status: Status }): JSX.Element {
  const t = useTexts(LIVE_TEXTS);
  const phase = PHASES.find((one) => one === status.phase);
  const workers = status.domains.flatMap((domain) => domain.workers);
  const running = workers.filter(({ alive }) => alive).length;
  const restarts = workers.reduce((sum, worker) => sum + worker.restarts, 0);
  return (
    <Card title={t("health")} name="health">
      <p class={`phase ${status.ready ? "phase-good" : "phase-bad"}`}>
        <span aria-hidden="true">{status.ready ? "✓" : "!"}</span>
        <data data-fact="phase" value={status.phase}>
          {phase === undefined ? status.phase : t(`phase-${phase}`)}
        </data>
      </p>
      {status.ready ? (
        <p class="help">{t("all-well")}</p>
      ) : (
        <ul class="why-list" aria-label={t("not-ready")}>
          {status.reasons.map((reason) => (
            <li key={reason}>{reason}</li>
          ))}
        </ul>
      )}
      <dl class="facts">
        <Fact label={t("version")} fact="version" value={status.version} />
        <Fact label={t("uptime")} fact="uptime" value={duration(status.uptimeSeconds)} />
        <Fact label={t("config-hash")} fact="config-hash" value={status.configHash} />
        <Fact
          label={t("last-reload")}
          fact="last-reload"
          value={String(status.lastReloadSuccessful)}
        >
          {t(status.lastReloadSuccessful ? "reload-taken" : "reload-refused")}
        </Fact>
        <Fact label={t("workers")} fact="workers" value={running}>
          {t("workers-running", { running, count: workers.length })}
          {restarts > 0 ? `, ${t("restarts", { count: restarts })}` : ""}
        </Fact>
      </dl>
    </Card>
  );
}

/** Sessions in use of all there may be, or nothing where there is no NAT44. */
export function sessionsText({ nat44 }: DomainStatus, language: string): string {
  if (nat44 === null) return "–";
  return `${nat44.sessions.toLocaleString(language)} / ${nat44.maxSessions.toLocaleString(language)}`;
}
