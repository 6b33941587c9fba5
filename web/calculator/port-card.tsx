/** The ports of one address: the map, the port that is shown bit by bit, and all ranges as text. */
import type { JSX } from "preact";
import { useMemo, useState } from "preact/hooks";
import { type Ce, ceFromIpv4Psid } from "../../src/map/ce.js";
import { nftSourceNat } from "../../src/map/nft.js";
import { isExcludedPort, psidOfPort } from "../../src/map/port-set.js";
import { formatIpv6Prefix } from "../../src/map/prefix.js";
import { portSetOf, ruleFacts } from "../../src/map/rule.js";
import { type BitField, portBits } from "../../src/map/ruler.js";
import type { Rule } from "../../src/map/types.js";
import { useTexts } from "../i18n/context.js";
import { flip, withPort } from "../state/moves.js";
import type { Store } from "../state/store.js";
import { BitRuler, FieldLegend } from "../ui/bit-ruler.js";
import { Card } from "../ui/card.js";
import { CopyButton } from "../ui/copy.js";
import { PortGrid } from "../ui/port-grid.js";
import { Stepper } from "../ui/stepper.js";
import { LEGEND, PAINTS, paintPorts } from "./port-paint.js";
import { binary } from "./rule-text.js";
import { CALCULATOR_TEXTS } from "./texts.js";

interface Props {
  readonly store: Store;
  readonly ce: Ce;
}

const STRIDES = [10, 100];
const FIELDS: readonly BitField[] = ["offset", "psid", "index"];

export function PortCard({ store, ce }: Props): JSX.Element {
  const t = useTexts(CALCULATOR_TEXTS);
  const { rule, good } = store.model;
  const ports = portSetOf(rule, ce.psid);
  const port = ports.at(good.port);
  const sources = portBits(rule);
  return (
    <Card title={t("port-map")} name="ports">
      <div class="port-head">
        <div>
          <Stepper
            label={t("step-port")}
            name="port"
            value={good.port}
            count={ports.count}
            strides={STRIDES}
            onStep={(value) => store.change((inputs) => ({ ...inputs, port: value }), "port")}
          />
          <PortText rule={rule} port={port} />
        </div>
        <div>
          <h3>
            {t("port")}{" "}
            <data class="mono" data-fact="port" value={String(port)}>
              {port}
            </data>
          </h3>
          <BitRuler
            label={t("port")}
            name="port"
            sources={sources}
            bitAt={(at) => ((port >>> (15 - at)) & 1 ? 1 : 0)}
            group={8}
            titleOf={(group) => ((port >>> (8 - 8 * group)) & 0xff).toString(16).padStart(2, "0")}
            onFlip={(source) => store.change((inputs, model) => flip(model.rule, inputs, source))}
          />
          <FieldLegend
            fields={FIELDS.filter((field) => sources.some((one) => one.field === field))}
          />
        </div>
      </div>
      <div class="port-columns">
        <PortMap store={store} ce={ce} port={port} />
        <Ranges key={`${rule.psidOffset} ${rule.psidLen} ${ce.psid}`} rule={rule} ce={ce} />
      </div>
    </Card>
  );
}

function PortMap({ store, ce, port }: Props & { readonly port: number }): JSX.Element {
  const t = useTexts(CALCULATOR_TEXTS);
  const { rule } = store.model;
  const { psidOffset: a, psidLen: k } = rule;
  // Nothing else of the rule says whose a port is.
  const cells = useMemo(() => paintPorts(rule, ce.psid), [a, k, ce.psid]);
  // The cursor is the reader's until the port that is shown changes.
  const [cursor, setCursor] = useState({ port, of: port });
  const at = cursor.of === port ? cursor.port : port;
  const describe = (one: number): string => describePort(rule, ce, one, t);
  const show = (one: number): void =>
    store.change((inputs, model) => withPort(model.rule, inputs, one), "map");
  const canShow = withPort(rule, store.model.good, at) !== store.model.good;
  return (
    <figure class="port-map">
      <PortGrid
        label={t("port-map-label")}
        cells={cells}
        paints={PAINTS}
        cursor={at}
        onCursor={(one) => setCursor({ port: one, of: port })}
        onPick={show}
        describe={describe}
      />
      <figcaption>
        <div class="readout">
          <output data-readout>{describe(at)}</output>
          <button type="button" disabled={!canShow} onClick={() => show(at)}>
            {t("show-ce")}
          </button>
        </div>
        <ul class="legend">
          {LEGEND.map(([text, row]) => (
            <li key={text}>
              <span class={`swatch paint-${row}`} aria-hidden="true" />
              {t(text)}
            </li>
          ))}
        </ul>
        <p class="help">{t("port-map-help")}</p>
      </figcaption>
    </figure>
  );
}

/** Port -> PSID -> CE, in words. */
function describePort(
  rule: Rule,
  ce: Ce,
  port: number,
  t: ReturnType<typeof useTexts<typeof CALCULATOR_TEXTS>>,
): string {
  const { psidOffset: a, psidLen: k } = rule;
  const zero = port === 0 ? ` (${t("port-zero")})` : "";
  if (k === 0) return t("port-whole", { port }) + zero;
  if (isExcludedPort(port, a, k)) return t("port-excluded", { port });
  const psid = psidOfPort(port, a, k);
  const owner = ceFromIpv4Psid(rule, ce.ipv4.address, psid);
  if (!owner.ok) return t("port-elsewhere", { port, psid }) + zero;
  const prefix = formatIpv6Prefix(owner.value.endUserPrefix);
  return t(psid === ce.psid ? "port-own" : "port-neighbour", { port, psid, prefix }) + zero;
}

/** The reference's two lines: the index and the port, taken apart. */
function PortText({
  rule,
  port,
}: {
  readonly rule: Rule;
  readonly port: number;
}): JSX.Element | null {
  const t = useTexts(CALCULATOR_TEXTS);
  const { psidOffset: a, psidLen: k } = rule;
  if (k === 0) return null;
  const bits = binary(port, 16);
  const [offset, psid, index] = [bits.slice(0, a), bits.slice(a, a + k), bits.slice(a + k)];
  const join = (...parts: readonly string[]): string =>
    parts.filter((part) => part !== "").join("-");
  return (
    <p class="port-text" data-port-text>
      {t("port-index-line", { index: join(offset, index) })}
      <br />
      {t("port-line", { bits: join(offset, psid, index), port })}
    </p>
  );
}

const FIRST_RANGES = 63;

function Ranges({ rule, ce }: { readonly rule: Rule; readonly ce: Ce }): JSX.Element {
  const t = useTexts(CALCULATOR_TEXTS);
  const [isWhole, setIsWhole] = useState(false);
  const ranges = portSetOf(rule, ce.psid).ranges();
  const shown = isWhole ? ranges : ranges.slice(0, FIRST_RANGES);
  const { excludedPorts } = ruleFacts(rule);
  return (
    <details class="more" open data-details="ranges">
      <summary>
        {t("port-ranges")} ({ranges.length})
      </summary>
      <ol class="ranges mono" data-fact="ranges">
        {shown.map(([first, last]) => (
          <li key={first}>{first === last ? first : `${first}–${last}`}</li>
        ))}
      </ol>
      {shown.length < ranges.length ? (
        <button type="button" onClick={() => setIsWhole(true)}>
          {t("show-all", { count: ranges.length })}
        </button>
      ) : null}
      {excludedPorts > 0 ? (
        <p class="help">
          {t("excluded-ranges")}: <span class="mono">0–{excludedPorts - 1}</span>
        </p>
      ) : null}
      <p class="help">
        {t("nft")} <CopyButton text={nftSourceNat(rule, ce)} what={t("nft")} />
      </p>
    </details>
  );
}
