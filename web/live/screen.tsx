/** The daemon that serves this page, while somebody looks. It shows and never acts. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { useTexts } from "../i18n/context.js";
import { Card } from "../ui/card.js";
import { ConnectionBar } from "./connection.js";
import type { DomainStatus, Status } from "./documents.js";
import { DomainTable } from "./domain-table.js";
import { Drops } from "./drops.js";
import type { Snapshot } from "./feed.js";
import { Health } from "./health.js";
import { Hosts } from "./hosts.js";
import { Identity } from "./identity.js";
import { PortUse } from "./ports.js";
import { Rules } from "./rules.js";
import { LIVE_TEXTS } from "./texts.js";
import { Trace } from "./trace.js";
import { Traffic } from "./traffic.js";
import { useFeed } from "./use-feed.js";
import "./live.css";

export function LiveScreen(): JSX.Element {
  return location.protocol === "file:" ? <FromFile /> : <Live />;
}

/** There is no daemon behind a file. */
function FromFile(): JSX.Element {
  const t = useTexts(LIVE_TEXTS);
  return (
    <section class="screen live">
      <h1 class="hidden">{t("title")}</h1>
      <Card title={t("title")} name="from-file">
        <p>{t("from-file")}</p>
        <pre class="mono">http://127.0.0.1:9464/</pre>
        <p>{t("from-elsewhere")}</p>
        <pre class="mono">ssh -L 9464:127.0.0.1:9464 HOST</pre>
      </Card>
    </section>
  );
}

function Live(): JSX.Element {
  const t = useTexts(LIVE_TEXTS);
  const [snapshot, setToken] = useFeed();
  const [wanted, setWanted] = useState("");
  const { status, connection } = snapshot;
  const chosen = status?.domains.find(({ name }) => name === wanted) ?? status?.domains[0];
  const isStale = connection.state !== "live" && connection.state !== "paused";
  return (
    <section class={isStale ? "screen live stale" : "screen live"}>
      <h1 class="hidden">{t("title")}</h1>
      <ConnectionBar snapshot={snapshot} setToken={setToken} />
      {status === null || chosen === undefined ? null : (
        <Watched
          key={chosen.name}
          snapshot={snapshot}
          status={status}
          chosen={chosen}
          choose={setWanted}
        />
      )}
    </section>
  );
}

interface WatchedProps {
  readonly snapshot: Snapshot;
  readonly status: Status;
  readonly chosen: DomainStatus;
  readonly choose: (name: string) => void;
}

function Watched({ snapshot, status, chosen, choose }: WatchedProps): JSX.Element {
  const { name } = chosen;
  const facts = snapshot.domains?.domains.find((one) => one.name === name);
  const statistics = snapshot.statistics?.domains.find((one) => one.name === name);
  return (
    <>
      <div class="live-side">
        <Health status={status} />
        {facts === undefined ? null : <Identity domain={facts} />}
      </div>
      <div class="live-main">
        <DomainTable snapshot={snapshot} domains={status.domains} chosen={name} choose={choose} />
        <Traffic history={snapshot.history} domain={name} />
      </div>
      {statistics === undefined ? null : <Drops domain={statistics} />}
      {facts === undefined ? null : <Rules domain={facts} />}
      {chosen.nat44 === null ? null : (
        <>
          <PortUse snapshot={snapshot} domain={name} />
          <Hosts snapshot={snapshot} domain={name} />
        </>
      )}
      <Trace domain={name} token={snapshot.token} />
    </>
  );
}
