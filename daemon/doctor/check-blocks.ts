/** Whether every block of the port set works: a datagram from each to a responder, and back. */
import { portSetOf } from "../../src/map/ce.js";
import type { Rule } from "../../src/map/types.js";
import { formatIpv4 } from "../../src/wire/address.js";
import type { DomainCheck, LiveDaemon, SendProbes } from "./context.js";
import { error, type Found, info, ok, unknown, warning } from "./finding.js";
import { offsetsThatExplain } from "./port-offset.js";
import type { Answer } from "./probe.js";

/** Blocks tried, and ports once something is wrong: each takes a port of NAT44 for some minutes. */
const MOST_PROBES = 256;

/** What a doctor's list of ports has room for. */
const SHOWN = 8;

export const blocksCheck: DomainCheck = {
  id: "port-blocks",
  what: "every block of the port set carries a datagram to --probe and back",
  about: "domain",
  async run({ live, probe }, { config, ce }) {
    const { settings, tun } = config;
    if (settings.role === "br") return [info("port blocks are tried from a CE")];
    const rule = settings.rules[settings.bmr];
    if (live === null || ce === null || tun.address === null || rule === undefined) {
      return [unknown("port blocks are tried through NAT44 of a running mapd")];
    }
    if (probe === null) {
      return [
        unknown(
          "run mapctl doctor --responder PORT behind the border relay, and here --probe HOST:PORT",
        ),
      ];
    }
    const shared = formatIpv4(ce.ipv4.address);
    const psid = ce.psid ?? 0;
    const before = await refusals(live, settings.name);
    const found = await judgeBlocks({ rule, psid, shared, probe, source: formatIpv4(tun.address) });
    const refused = (await refusals(live, settings.name)) - before;
    if (refused === 0) return found;
    const evidence = `icmp_untranslatable: ${refused} during the probes`;
    return [
      ...found,
      info(
        "ICMPv6 errors came back that have no IPv4 form: somebody refuses the datagrams",
        evidence,
      ),
    ];
  },
};

/** A MAP-T border relay says so in ICMPv6 1/5 (RFC 7599 §8.3), which does not reach IPv4. */
async function refusals(live: LiveDaemon, name: string): Promise<number> {
  const { domains } = await live.counters();
  const { ipv6 = 0 } =
    domains.find((domain) => domain.name === name)?.drops.icmp_untranslatable ?? {};
  return ipv6;
}

interface Subject {
  readonly rule: Rule;
  readonly psid: number;
  /** External IPv4 address. */
  readonly shared: string;
  readonly source: string;
  readonly probe: SendProbes;
}

async function judgeBlocks(subject: Subject): Promise<readonly Found[]> {
  const { rule, psid, shared, probe, source } = subject;
  const set = portSetOf(rule, psid);
  const blocks = set.ranges();
  const firsts = spread(blocks.length, MOST_PROBES).map((index) => blocks[index]![1]);
  const answers = new Map(await probe(source, firsts));
  const wrong = firsts.filter((port) => !isRight(answers.get(port), shared, port));
  if (wrong.length === 0) {
    return [ok(`${firsts.length} of ${blocks.length} blocks tried, all of them work`)];
  }
  const more = spread(set.count, MOST_PROBES).map((index) => set.at(index));
  const fresh = more.filter((port) => !answers.has(port));
  for (const [port, answer] of await probe(source, fresh)) answers.set(port, answer);
  return [...blockFindings(blocks, answers, subject), ...offsetFindings(answers, subject)];
}

/** Up to `most` whole numbers below `count`, evenly. */
function spread(count: number, most: number): readonly number[] {
  const chosen = Math.min(count, most);
  return Array.from({ length: chosen }, (_, index) => Math.floor((index * count) / chosen));
}

function isRight(answer: Answer | undefined, address: string, port: number): boolean {
  return answer?.kind === "seen" && answer.address === address && answer.port === port;
}

type Blocks = readonly (readonly [number, number])[];

/** Blocks of which some port was tried and none came back. */
function blockFindings(
  blocks: Blocks,
  answers: ReadonlyMap<number, Answer>,
  { shared }: Subject,
): readonly Found[] {
  const found: Found[] = [];
  // Where NAT44 could not keep the port, the responder has seen which one it took.
  const used = [...answers].map(([port, answer]) => ({
    port: answer.kind === "seen" ? answer.port : port,
    kind: answer.kind,
  }));
  const within = ([first, last]: readonly [number, number]): typeof used =>
    used.filter(({ port }) => port >= first && port <= last);
  const tried = blocks.filter((block) => within(block).some(({ kind }) => kind !== "failed"));
  const dead = tried.filter((block) => !within(block).some(({ kind }) => kind === "seen"));
  const seen = [...answers.values()].flatMap((answer) => (answer.kind === "seen" ? [answer] : []));
  const foreign = seen.find(({ address }) => address !== shared);
  if (foreign !== undefined) {
    const message = `the responder sees ${foreign.address}, not ${shared}: the datagrams do not leave through this domain`;
    return [error(message, `${foreign.address}:${foreign.port}`, "mapctl doctor (see routes)")];
  }
  if (dead.length > 0) {
    const names = dead.slice(0, SHOWN).map(([first, last]) => `${first}-${last}`);
    const rest = dead.length > SHOWN ? ` and ${dead.length - SHOWN} more` : "";
    const message = `${dead.length} of ${tried.length} blocks of the port set are dead: what leaves from them does not come back`;
    found.push(error(message, `no answer to ${names.join(", ")}${rest}`, COMPARE));
  } else {
    found.push(ok(`${tried.length} of ${blocks.length} blocks tried, all of them work`));
  }
  const failed = [...answers.values()].find(({ kind }) => kind === "failed");
  if (failed?.kind === "failed")
    found.push(unknown("some ports could not be tried", failed.reason));
  return found;
}

const COMPARE =
  "compare psid-offset, psid-len, ea-len and iid of the rule with what the provider gives; at the border relay: mapctl doctor";

/** Where only ports of another offset's set come back, that offset is the provider's. */
function offsetFindings(
  answers: ReadonlyMap<number, Answer>,
  { rule, psid }: Subject,
): readonly Found[] {
  const portsOf = (kind: Answer["kind"]): readonly number[] =>
    [...answers].flatMap(([port, answer]) => {
      if (answer.kind !== kind) return [];
      return [answer.kind === "seen" ? answer.port : port];
    });
  const [answered, silent] = [portsOf("seen"), portsOf("silent")];
  const evidence = `${answered.length} ports answered (${answered.slice(0, SHOWN).join(", ")}), ${silent.length} did not`;
  if (silent.length === 0) return [];
  if (answered.length === 0) {
    const message =
      "no port of the set works: the provider may mean another PSID offset, another form of interface identifier " +
      "(RFC 7597, draft-03), or another rule";
    return [warning(message, evidence, COMPARE)];
  }
  const offsets = offsetsThatExplain(rule, psid, answered, silent);
  if (offsets.length === 0) return [];
  const message = `the ports that work are those of PSID offset ${offsets.join(" or ")}; the rule ${rule.name} has ${rule.psidOffset}`;
  const remedy = `set psid-offset of rule ${rule.name} to ${offsets[0]} in the configuration, then: mapctl reload`;
  return [error(message, evidence, remedy)];
}
