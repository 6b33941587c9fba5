/** The configuration after all checks: immutable, every default filled in, nothing left as text. */
import type { PackedRules } from "../../src/map/packed-rules.js";
import type { DomainSettings } from "../../src/pipeline/settings.js";
import type { ConfigDocument } from "./schema.js";

export interface HttpListen {
  /** Name or address without brackets. */
  readonly host: string;
  readonly port: number;
}

export interface HttpSettings {
  readonly listen: HttpListen;
  /** Names that the page may be asked by, beside those that are ours anyway. */
  readonly hosts: readonly string[];
  /** Absolute path of the file with the token of the API, or null. */
  readonly tokenFile: string | null;
}

/** Port Control Protocol and NAT-PMP towards the LAN (RFC 6887, RFC 6886). */
export interface PcpSettings {
  /** Whether NAT-PMP is answered, too. */
  readonly natPmp: boolean;
  /** IPv4 addresses to listen on, unsigned 32-bit; empty: every address of the host. */
  readonly listen: readonly number[];
  /** Whether a host may ask for mappings of another (RFC 6887 §13.1). */
  readonly thirdParty: boolean;
  readonly maxMappingsPerHost: number;
  /** Seconds. */
  readonly maxLifetimeS: number;
}

/** Marker routes that a routing daemon announces. */
export interface AnnounceSettings {
  /** Number of their routing table. */
  readonly table: number;
  /** How long a domain must be in order again after a fault. */
  readonly holdMs: number;
}

export interface DomainConfig {
  /** What the packet path needs to know; `settings.name` is the domain's name. */
  readonly settings: DomainSettings;
  readonly tun: {
    readonly name: string;
    readonly queues: number;
    readonly offload: "auto" | "off";
    /** True: the device was made by somebody else and stays when mapd ends. */
    readonly attach: boolean;
    /**
     * IPv4 address of the device (unsigned 32-bit, one of 192.0.0.0/29, RFC 7335 §4), so that the
     * CE's own programs have IPv4; null on a BR and where NAT44 is off.
     */
    readonly address: number | null;
  };
  readonly routes: {
    readonly mode: "auto" | "off";
    /** Metric of the CE's IPv4 default route. */
    readonly metric: number;
  };
  /** null on a CE, and where nothing is announced. */
  readonly announce: AnnounceSettings | null;
  /** True on a BR that counts packets by rule. */
  readonly ruleCounters: boolean;
  /** null where it is off, as it is wherever NAT44 is off. */
  readonly pcp: PcpSettings | null;
}

/** Who may use the control socket. Groups are names; null: no group of its own, and no operators. */
export interface ControlAccess {
  readonly mode: number;
  readonly group: string | null;
  /** Its members may change what the daemon does. */
  readonly operators: string | null;
}

export interface Config {
  readonly controlSocket: string;
  readonly controlAccess: ControlAccess;
  /** null: no HTTP at all. */
  readonly http: HttpSettings | null;
  readonly log: { readonly level: string };
  /** Absolute path of the file that NAT44's sessions outlive the daemon in; null: they do not. */
  readonly stateFile: string | null;
  /** How long SIGTERM lets packets pass after the announcement is withdrawn. */
  readonly drainTimeoutMs: number;
  /** Absolute path of the file that is there while mapd should get no packets, or null. */
  readonly drainFile: string | null;
  readonly domains: readonly DomainConfig[];
  /** 12 hexadecimal digits of the SHA-256 of the effective configuration. */
  readonly hash: string;
  /** All rules of the file, also those that no domain uses. */
  readonly rules: PackedRules;
  /**
   * The rest of what was read, checked for shape and with fixed defaults; `restart.ts` compares it. Lists of rules are
   * empty: the settings have them.
   */
  readonly document: Omit<ConfigDocument, "rules">;
}
