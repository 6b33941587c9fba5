/** What follows from the rule alone: the reference's line of results, and everything that a plan needs besides. */
import type { JSX } from "preact";
import { type RuleDesign, ruleDesign } from "../../src/map/design.js";
import { formatIpv6Prefix } from "../../src/map/prefix.js";
import type { Rule } from "../../src/map/types.js";
import { useLanguage, useTexts } from "../i18n/context.js";
import { Card } from "../ui/card.js";
import { Fact } from "../ui/fact.js";
import { CALCULATOR_TEXTS, type CalculatorText } from "./texts.js";

interface Tile {
  readonly text: CalculatorText;
  readonly fact: string;
  readonly value: number;
  /** Stands before the tile. */
  readonly operator: string;
}

/** `IPs x sharing = users : ports per user`, as users of IP_MAP_Calculator read it. */
function tilesOf({
  addressCount,
  sharingRatio,
  ceCount,
  portsPerCe,
  excludedPorts,
}: RuleDesign): readonly Tile[] {
  return [
    { text: "addresses", fact: "addressCount", value: addressCount, operator: "" },
    { text: "sharing", fact: "sharingRatio", value: sharingRatio, operator: "×" },
    { text: "users", fact: "ceCount", value: ceCount, operator: "→" },
    { text: "ports-per-user", fact: "portsPerCe", value: portsPerCe, operator: ":" },
    { text: "excluded-ports", fact: "excludedPorts", value: excludedPorts, operator: "·" },
  ];
}

export function Summary({ rule }: { readonly rule: Rule }): JSX.Element {
  const t = useTexts(CALCULATOR_TEXTS);
  const language = useLanguage();
  const design = ruleDesign(rule);
  return (
    <Card title={t("result")} name="result">
      <dl class="tiles">
        {tilesOf(design).map(({ text, fact, value, operator }) => (
          <div class="tile" key={fact}>
            <dt>{t(text)}</dt>
            <dd>
              <span class="operator" aria-hidden="true">
                {operator}
              </span>
              <data data-fact={fact} value={String(value)}>
                {value.toLocaleString(language)}
              </data>
            </dd>
          </div>
        ))}
      </dl>
      <Details design={design} />
    </Card>
  );
}

function Details({ design }: { readonly design: RuleDesign }): JSX.Element {
  const t = useTexts(CALCULATOR_TEXTS);
  const language = useLanguage();
  const { n, r, o, p, k, a, m, s, usablePorts, delegate } = design;
  const kind = `${t(`kind-${design.kind}`)}${design.isOneToOne ? `, ${t("one-to-one")}` : ""}`;
  const usable =
    usablePorts.least === usablePorts.most
      ? [usablePorts.most]
      : [usablePorts.least, usablePorts.most];
  const letters = Object.entries({ n, r, o, p, k, a, m: design.kind === "shared" ? m : "–", s });
  const number = (value: number): string => value.toLocaleString(language);
  return (
    <dl class="facts">
      <Fact label={t("kind")} fact="kind" value={design.kind}>
        {kind}
      </Fact>
      <Fact label={t("end-user-len")} fact="endUserPrefixLen" value={design.endUserPrefixLen}>
        /{design.endUserPrefixLen}
      </Fact>
      {design.overwrittenBits > 0 ? (
        <Fact label={t("overwritten-bits")} fact="overwrittenBits" value={design.overwrittenBits} />
      ) : (
        <Fact label={t("subnet-bits")} fact="subnetBits" value={s} />
      )}
      <Fact label={t("ranges-per-user")} fact="rangesPerCe" value={design.rangesPerCe}>
        {number(design.rangesPerCe)} × {number(design.rangeLen)}
      </Fact>
      <Fact label={t("usable-ports")} fact="usablePorts" value={usable.join("-")}>
        {usable.map(number).join("–")}
      </Fact>
      <Fact
        label={t("delegate")}
        fact="delegate"
        value={`${delegate.count} ${delegate.len} ${formatIpv6Prefix(delegate.from)}`}
      >
        {t("delegate-value", { count: number(delegate.count), len: delegate.len })}
      </Fact>
      <Fact label={t("ipv4-share")} fact="ipv4Share" value={design.ipv4Share}>
        2<sup>−{r}</sup>
      </Fact>
      <Fact label={t("ipv6-share")} fact="ipv6Share" value={design.ipv6Share}>
        2<sup>−{n}</sup>
      </Fact>
      <Fact label={t("letters")} fact="letters" value={letters.flat().join(" ")}>
        {letters.map(([letter, value]) => (
          <span key={letter} class="letter">
            <var>{letter}</var> {value}
          </span>
        ))}
      </Fact>
    </dl>
  );
}
