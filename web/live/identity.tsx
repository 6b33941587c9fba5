/** What a domain is: its addresses. */
import type { JSX } from "preact";
import { useTexts } from "../i18n/context.js";
import { Card } from "../ui/card.js";
import { Fact } from "../ui/fact.js";
import type { CeFacts, DomainFacts } from "./documents.js";
import { LIVE_TEXTS } from "./texts.js";

export function Identity({ domain }: { readonly domain: DomainFacts }): JSX.Element {
  const t = useTexts(LIVE_TEXTS);
  const { ce, dmrIpv6Prefix, brIpv6Addresses, localIpv4Prefixes, mtu } = domain;
  return (
    <Card title={t("identity", { domain: domain.name })} name="identity">
      <dl class="facts">
        {ce === null ? null : <CeRows ce={ce} />}
        {dmrIpv6Prefix === null ? null : (
          <Fact label={t("dmr")} fact="dmr" value={dmrIpv6Prefix} canCopy />
        )}
        {brIpv6Addresses.length === 0 ? null : (
          <Fact label={t("br-addresses")} fact="br" value={brIpv6Addresses.join(", ")} canCopy />
        )}
        {localIpv4Prefixes === null ? null : (
          <Fact label={t("local-prefixes")} fact="local" value={localIpv4Prefixes.join(", ")} />
        )}
        <Fact label={t("mtu")} fact="mtu" value={`IPv6 ${mtu.ipv6}, IPv4 ${mtu.ipv4}`} />
      </dl>
    </Card>
  );
}

function CeRows({ ce }: { readonly ce: CeFacts }): JSX.Element {
  const t = useTexts(LIVE_TEXTS);
  const { psid, ipv4PrefixLen } = ce;
  const ipv4 = ipv4PrefixLen === 32 ? ce.ipv4 : `${ce.ipv4}/${ipv4PrefixLen}`;
  return (
    <>
      <Fact label={t("ipv4-address")} fact="ipv4" value={ipv4} canCopy />
      {psid === null ? null : (
        <Fact label={t("psid")} fact="psid" value={psid}>
          {`${psid} (0x${psid.toString(16)})`}
        </Fact>
      )}
      <Fact label={t("ports")} fact="ports" value={ce.portsPerCe}>
        {t("ports-in-ranges", { ports: ce.portsPerCe, ranges: ce.portRangeCount })}
      </Fact>
      <Fact label={t("end-user-prefix")} fact="prefix" value={ce.endUserIpv6Prefix} canCopy />
      <Fact label={t("map-address")} fact="map" value={ce.mapIpv6} canCopy />
    </>
  );
}
