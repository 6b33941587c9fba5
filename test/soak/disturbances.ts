/** What operators do to a daemon while packets pass: reloads, and calls of mapctl. */
import { setTimeout as sleep } from "node:timers/promises";
import { type Adjust, type Daemon, DOMAIN } from "../../lab/daemons.js";

export interface Disturbed {
  readonly done: number;
  /** What went wrong, each as a line. */
  readonly failures: readonly string[];
}

/** A disturbance that is repeated until it is told to stop. */
export class Repeated {
  #working = true;
  readonly #done: Promise<Disturbed>;

  /** `periodMs` between two beginnings; later where one takes longer. */
  constructor(periodMs: number, once: (turn: number) => Promise<void>) {
    this.#done = this.#work(periodMs, once);
  }

  async #work(periodMs: number, once: (turn: number) => Promise<void>): Promise<Disturbed> {
    const failures: string[] = [];
    let done = 0;
    for (let dueMs = performance.now(); this.#working; ) {
      dueMs = Math.max(dueMs + periodMs, performance.now());
      await once(done++).catch((error: unknown) => failures.push(String(error)));
      await sleep(Math.max(0, dueMs - performance.now()));
    }
    return { done, failures };
  }

  finish(): Promise<Disturbed> {
    this.#working = false;
    return this.#done;
  }
}

/** A rule of nobody here, whose routes and place in the table come and go beside the rule of the traffic. */
const GUEST = {
  "rule-ipv6-prefix": "2001:db8:4000::/40",
  "rule-ipv4-prefix": "203.0.113.0/24",
  "ea-len": 8,
};

/** Another configuration with each turn; none of the changes ends a session or takes the rule of the traffic away. */
export function changed(turn: number): Adjust {
  return (daemon, { rules, domains }) => {
    const withGuest = turn % 2 === 1;
    const own =
      daemon === "br"
        ? { "rule-counters": turn % 4 < 2 }
        : { nat44: { timeouts: { udp: 300 + (turn % 7) } } };
    return {
      rules: withGuest ? { ...rules, guest: GUEST } : rules,
      domains: domains.map((domain) => ({
        ...domain,
        ...own,
        icmp: { "rate-limit": 1000 + (turn % 5) },
        rules: withGuest ? ["metro", "guest"] : ["metro"],
      })),
    };
  };
}

const CALLS: readonly (readonly string[])[] = [
  ["status"],
  ["counters"],
  ["domains"],
  ["rules"],
  ["interfaces"],
  ["statistics"],
  ["ready"],
  ["config", "show"],
];

const CE_CALLS: readonly (readonly string[])[] = [
  ["ports"],
  ["sessions"],
  ["top"],
  ["forward", "list"],
  ["top", "--domain", DOMAIN, "--by", "sessions"],
];

/** One call of mapctl, as `random` (unsigned integers) chooses; rejects where its exit status is not 0. */
export async function callMapctl(daemons: readonly Daemon[], random: () => number): Promise<void> {
  const pick = <T>(list: readonly T[]): T => list[random() % list.length]!;
  const daemon = pick(daemons);
  const words = pick(daemon.name === "br" ? CALLS : [...CALLS, ...CE_CALLS]);
  await daemon.mapctl(...words);
}
