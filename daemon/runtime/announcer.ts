/**
 * Tells the world outside which domains are in service: by marker routes for a routing daemon, and by a file that is
 * there while nobody should send packets, for a health checker.
 */
import { rmSync, writeFileSync } from "node:fs";
import type { DomainConfig } from "../config/types.js";
import type { Log } from "../log.js";
import { MarkerRoutes, type Markers, markersOf } from "../system/markers.js";
import type { Failures } from "./failures.js";

/** A domain as the announcer sees it; Domain has this shape. */
export interface AnnouncedDomain {
  readonly config: DomainConfig;
  /** Another number, another device. */
  readonly opened: number;
  problems(): readonly string[];
}

/** What there is to announce. */
export interface Service {
  readonly domains: readonly AnnouncedDomain[];
  /** False while the daemon starts, is drained or stops. */
  readonly serving: boolean;
  /** True where something is wrong that is no domain's own. */
  readonly faulty: boolean;
  readonly drainFile: string | null;
}

type Announced = Pick<AnnouncedDomain, "config" | "opened">;

export class Announcer {
  readonly #log: Log;
  readonly #failures: Failures;
  readonly #routes = new MarkerRoutes();
  /** When a domain was last seen with a fault, by its name. */
  readonly #faultMs = new Map<string, number>();
  #announced: readonly Announced[] = [];
  /** True where the kernel may hold less than was announced last. */
  #incomplete = false;
  #problem = "";
  /** The file as it was last made or removed. */
  #file: { readonly path: string; readonly there: boolean } | null = null;
  /** One change at a time. */
  #turn: Promise<void> = Promise.resolve();

  constructor(log: Log, failures: Failures) {
    this.#log = log;
    this.#failures = failures;
  }

  /** Names of the domains that have their marker routes. */
  get announced(): readonly string[] {
    return namesOf(this.#announced);
  }

  /** Why marker routes are not there that should be; empty where all is well. */
  get problem(): string {
    return this.#problem;
  }

  /** Makes kernel and file say what `service` gives when its turn comes. */
  update(service: () => Service): Promise<void> {
    return this.#next(async () => this.#apply(service(), performance.now()));
  }

  /** Withdraws what these domains do not announce, before their routes change. */
  withdrawOthers(domains: readonly DomainConfig[]): Promise<void> {
    const lines = new Set(domains.flatMap((config) => [...markersOf(config, 0).keys()]));
    return this.#next(async () => {
      this.#incomplete = true;
      await this.#routes.keep(lines);
    });
  }

  #next(step: () => Promise<void>): Promise<void> {
    const done = this.#turn.then(step);
    this.#turn = done.catch((error: unknown) => {
      this.#failures.count("marker_route_failures");
      this.#log.error({ err: error }, "marker routes could not be changed");
    });
    return this.#turn;
  }

  async #apply(service: Service, nowMs: number): Promise<void> {
    const { domains, serving, faulty, drainFile } = service;
    const sound = domains.filter((domain) => !faulty && domain.problems().length === 0);
    this.#noteFaults(domains, sound, nowMs);
    this.#show(drainFile, !serving || sound.length < domains.length);
    const announced = serving ? sound.filter(({ config }) => this.#isSettled(config, nowMs)) : [];
    // Mostly nothing has changed, and rules may be very many.
    if (this.#incomplete || !isSame(announced, this.#announced)) {
      await this.#announce(announced.map(({ config, opened }) => ({ config, opened })));
    }
  }

  async #announce(announced: readonly Announced[]): Promise<void> {
    const wanted: Markers = new Map(
      announced.flatMap(({ config, opened }) => [...markersOf(config, opened)]),
    );
    await this.#routes.keep(wanted);
    this.#report(await this.#routes.add(wanted));
    this.#incomplete = this.#problem !== "";
    const domains = namesOf(announced);
    if (domains.join(" ") !== this.announced.join(" ")) {
      this.#log.info({ domains }, "marker routes changed: announced domains");
    }
    this.#announced = announced;
  }

  #noteFaults(
    domains: readonly AnnouncedDomain[],
    sound: readonly AnnouncedDomain[],
    nowMs: number,
  ): void {
    const names = new Set(domains.map(({ config }) => config.settings.name));
    for (const name of this.#faultMs.keys()) if (!names.has(name)) this.#faultMs.delete(name);
    for (const domain of domains) {
      if (!sound.includes(domain)) this.#faultMs.set(domain.config.settings.name, nowMs);
    }
  }

  /** A domain that is sometimes there would move the traffic of a whole network to and fro. */
  #isSettled({ announce, settings }: DomainConfig, nowMs: number): boolean {
    if (announce === null) return false;
    const faultMs = this.#faultMs.get(settings.name);
    return faultMs === undefined || nowMs - faultMs >= announce.holdMs;
  }

  #report(complaint: string): void {
    if (complaint !== "") this.#failures.count("marker_route_failures");
    if (complaint !== this.#problem && complaint !== "") {
      this.#log.error({ complaint }, "marker routes could not be added");
    }
    this.#problem = complaint;
  }

  #show(path: string | null, there: boolean): void {
    const was = this.#file;
    if (was !== null && was.path === path && was.there === there) return;
    try {
      if (was?.there === true && was.path !== path) rmSync(was.path, { force: true });
      if (path !== null && there) writeFileSync(path, "");
      else if (path !== null) rmSync(path, { force: true });
      this.#file = path === null ? null : { path, there };
    } catch (error) {
      // Tried again the next time.
      this.#log.error({ err: error, file: path }, "the drain file cannot be changed");
    }
  }
}

function namesOf(domains: readonly Announced[]): readonly string[] {
  return domains.map(({ config }) => config.settings.name);
}

/** A configuration that was taken again is another one. */
function isSame(domains: readonly Announced[], others: readonly Announced[]): boolean {
  return (
    domains.length === others.length &&
    domains.every(({ config, opened }, i) => {
      return config === others[i]!.config && opened === others[i]!.opened;
    })
  );
}
