/** From a configuration file to a running daemon, until a signal ends it. */
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { loadConfig } from "../config/load.js";
import type { Config } from "../config/types.js";
import type { ControlCommand } from "../control/command.js";
import { ControlGate } from "../control/gate.js";
import { ControlServer } from "../control/server.js";
import { EXIT, formatDiagnostic, MapdError } from "../errors.js";
import type { HttpServer } from "../http/server.js";
import { createLog, type Log } from "../log.js";
import { loadNativeSystem, loadNativeTun } from "../native-loader.js";
import { ServiceManager, takeNotifyPlace } from "../system/notify.js";
import { neededCapabilities, type Origin, Privileges } from "../system/privileges.js";
import { ownIdentity } from "../system/reachable.js";
import { Daemon } from "./daemon.js";
import { FaultWatch } from "./fault-watch.js";
import { Reloader } from "./reloader.js";
import { ServiceReport } from "./service.js";

/** So often, milliseconds, the C library gives back what it does not use. */
const TRIM_MS = 10_000;

/** Runs until SIGTERM or SIGINT; gives the exit status. */
export async function runDaemon(path: string, version: string): Promise<number> {
  // Until domains run there is nothing to reload, and the default would be to die.
  process.on("SIGHUP", () => undefined);
  // Node would open its debugger, and with it the packets in memory, to every user of the host.
  process.on("SIGUSR1", () => undefined);
  const checked = await loadConfig(path);
  if (!checked.ok) {
    for (const diagnostic of checked.diagnostics) {
      process.stderr.write(`${formatDiagnostic(diagnostic)}\n`);
    }
    return EXIT.invalid;
  }
  const log = createLog(checked.value.log.level);
  for (const { message, path: key, rfc } of checked.diagnostics) {
    log.warn(rfc === "" ? { key } : { key, rfc }, message);
  }
  try {
    const running = new Running(path, checked.value, version, log);
    return await running.untilStopped();
  } catch (error) {
    if (!(error instanceof MapdError)) {
      log.fatal({ err: error }, "mapd failed");
      return EXIT.failure;
    }
    log.fatal({ code: error.code }, error.message);
    return error.exitStatus;
  }
}

class Running {
  readonly #origin: Origin;
  readonly #log: Log;
  readonly #faults: FaultWatch;
  readonly #privileges: Privileges;
  readonly #service: ServiceReport;
  readonly #daemon: Daemon;
  readonly #reloader: Reloader;
  readonly #control: ControlServer;
  readonly #version: string;
  #commands: Promise<readonly ControlCommand[]> | null = null;
  #http: HttpServer | null = null;

  constructor(path: string, config: Config, version: string, log: Log) {
    this.#version = version;
    this.#origin = { program: dirname(fileURLToPath(import.meta.url)), config: path };
    this.#log = log;
    this.#faults = new FaultWatch(log);
    const system = loadNativeSystem();
    system.boundMalloc();
    setInterval(() => system.trimMalloc(), TRIM_MS).unref();
    this.#privileges = new Privileges(system, log);
    this.#privileges.forbidDumps();
    this.#daemon = new Daemon(config, loadNativeTun(), log);
    const place = takeNotifyPlace(process.env, process.pid);
    this.#service = new ServiceReport(new ServiceManager(place, system, log), this.#daemon);
    this.#reloader = new Reloader(path, this.#daemon, log, {
      around: (step) => this.#service.reload(step),
      refusals: (after) => this.#privileges.refusals(after),
      warnings: (after) => this.#privileges.warnings(after),
    });
    this.#control = new ControlServer(
      config.controlSocket,
      () => this.#loadCommands(),
      log,
      this.#daemon.failures,
      new ControlGate(config.controlAccess, system),
    );
    log.info({ version, config: path, hash: config.hash }, "mapd starts");
  }

  #loadCommands(): Promise<readonly ControlCommand[]> {
    this.#commands ??= import("./clients.js").then(({ commandsFor }) =>
      commandsFor(this.#daemon, this.#reloader, this.#version),
    );
    return this.#commands;
  }

  async #serveClients(): Promise<void> {
    const commands = await this.#loadCommands();
    const { config } = this.#daemon;
    if (config.http === null) return;
    const { httpServerFor } = await import("./clients.js");
    this.#http = httpServerFor(this.#daemon, config.http, commands, this.#version, this.#log);
    await this.#http.listen();
  }

  /** Gives the exit status. */
  async untilStopped(): Promise<number> {
    try {
      await this.#untilTold();
    } finally {
      await this.#stop();
    }
    this.#log.info("mapd stopped, devices and routes are gone");
    return this.#faults.seen ? EXIT.failure : EXIT.done;
  }

  /**
   * The control socket comes first: it tells a second daemon before that touches a device. HTTP comes when packets pass,
   * since it takes long to load, and before anything is announced.
   */
  async #untilTold(): Promise<void> {
    const signal = this.#firstSignal();
    await this.#control.listen();
    await this.#daemon.start(() => this.#serveClients());
    const { config } = this.#daemon;
    this.#privileges.limit(neededCapabilities(this.#origin, config, ownIdentity()));
    process.on("SIGHUP", this.#onHangUp);
    this.#service.started();
    const reasons = this.#daemon.reasons();
    this.#log.info({ ready: reasons.length === 0, reasons }, "mapd runs");
    const why = await Promise.race([signal, this.#faults.first]);
    if (why === "fault") return;
    this.#log.info({ signal: why }, "mapd stops");
    this.#service.stopping();
    await Promise.race([this.#daemon.drainBeforeStop(), this.#faults.first]);
  }

  /** The first signal ends politely, also during the start; a second one ends at once. */
  #firstSignal(): Promise<string> {
    return new Promise((resolve) => {
      let signals = 0;
      const onSignal = (signal: NodeJS.Signals): void => {
        signals++;
        if (signals > 1) process.exit(EXIT.failure);
        resolve(signal);
      };
      process.on("SIGTERM", onSignal).on("SIGINT", onSignal);
    });
  }

  readonly #onHangUp = (): void => {
    // The log has told why.
    this.#reloader.reload().catch(() => undefined);
  };

  async #stop(): Promise<void> {
    await this.#http?.close();
    await this.#control.close();
    process.off("SIGHUP", this.#onHangUp);
    await this.#reloader.settled();
    await this.#daemon.stop();
    this.#service.stop();
  }
}
