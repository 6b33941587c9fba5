/** Rates out of counters: whatever the daemon does in between, no plot shows what never was. */
import { test } from "tap";
import type { DomainStatistics } from "../../../../web/live/documents.js";
import {
  column,
  type History,
  type Look,
  latest,
  NO_HISTORY,
  UNKNOWN,
  withGap,
  withLook,
} from "../../../../web/live/history.js";

interface Numbers {
  readonly packets4?: number;
  readonly bytes4?: number;
  readonly packets6?: number;
  readonly bytes6?: number;
  readonly drops?: DomainStatistics["drops"];
}

function domain(
  name: string,
  { packets4 = 0, bytes4 = 0, packets6 = 0, bytes6 = 0, drops = {} }: Numbers,
): DomainStatistics {
  const out = { ipv4: 7, ipv6: 7 };
  return {
    name,
    packets: { in: { ipv4: packets4, ipv6: packets6 }, out },
    bytes: { in: { ipv4: bytes4, ipv6: bytes6 }, out },
    hairpinPackets: 0,
    icmpErrorsSent: 0,
    heldFragments: 0,
    dropped: 0,
    drops,
  };
}

function look(uptimeSeconds: number, domains: readonly DomainStatistics[], pid = 1): Look {
  return { timeS: 1000 + uptimeSeconds, pid, uptimeSeconds, domains };
}

function historyOf(...looks: readonly (Look | "gap")[]): History {
  return looks.reduce<History>(
    (history, one) => (one === "gap" ? withGap(history) : withLook(history, one)),
    NO_HISTORY,
  );
}

test("rates are differences over the daemon's own time", async (t) => {
  const history = historyOf(
    look(10, [domain("a", { packets4: 100, bytes4: 1000, packets6: 5, bytes6: 50 })]),
    look(12, [
      domain("a", {
        packets4: 140,
        bytes4: 3000,
        packets6: 6,
        bytes6: 150,
        drops: { too_big: { ipv4: 4, ipv6: 2 }, not_ip: { ipv4: 0, ipv6: 1 } },
      }),
    ]),
  );
  t.same(latest(history, "a"), {
    bitsToIpv6: 8000,
    bitsToIpv4: 400,
    packetsToIpv6: 20,
    packetsToIpv4: 0.5,
    dropsOfIpv4: 2,
    dropsOfIpv6: 1.5,
  });
  t.same(column(history, "a", "packetsToIpv6"), [null, 20]);
  t.same(latest(history, "b"), UNKNOWN, "nobody of that name");
});

const silences = [
  { name: "a gap", looks: [look(1, [domain("a", {})]), "gap", look(5, [domain("a", {})])] },
  {
    name: "another process",
    looks: [look(9, [domain("a", { packets4: 9 })]), look(10, [domain("a", {})], 2)],
  },
  {
    name: "the same moment twice",
    looks: [look(1, [domain("a", {})]), look(1, [domain("a", { packets4: 1 })])],
  },
  {
    name: "a domain that was not there before",
    looks: [look(1, [domain("b", {})]), look(2, [domain("a", { packets4: 9 }), domain("b", {})])],
  },
] as const;

for (const { name, looks } of silences) {
  test(`nothing is known a second after ${name}`, async (t) => {
    const history = historyOf(...looks);
    t.same(latest(history, "a"), UNKNOWN);
    const next = withLook(history, {
      ...(looks.at(-1) as Look),
      uptimeSeconds: 100,
    });
    t.equal(latest(next, "a").packetsToIpv6, 0, "but from the next look on");
  });
}

test("counters of a domain that was made anew are no negative rates", async (t) => {
  const history = historyOf(
    look(1, [domain("a", { packets4: 100, packets6: 5 })]),
    look(2, [domain("a", { packets4: 3, packets6: 6 })]),
  );
  t.match(latest(history, "a"), { packetsToIpv6: null, packetsToIpv4: 1 });
});

test("five minutes are kept", async (t) => {
  const looks = Array.from({ length: 400 }, (_, second) => look(second, [domain("a", {})]));
  const history = historyOf(...looks);
  t.equal(history.points.length, 300);
  t.equal(history.points[0]?.timeS, 1100);
});
