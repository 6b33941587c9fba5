/** From a configuration file to a running daemon, until a signal ends it. */
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { loadConfig } from "../config/load.js";
import type { Config, HttpSettings } from "../config/types.js";
import type { ControlCommand } from "../control/command.js";
import { controlCommands } from "../control/commands.js";
import { ControlGate } from "../control/gate.js";
import { operateCommands } from "../control/operate/commands.js";
import { ControlServer } from "../control/server.js";
import { traceCommands } from "../control/trace/commands.js";
import { EXIT, formatDiagnostic, MapdError } from "../errors.js";
import { createMetrics } from "../http/metrics.js";
import { PAGE_FOLDER, PageFiles } from "../http/page-files.js";
import { HttpServer } from "../http/server.js";
import { createLog, type Log } from "../log.js";
import { loadNativeSystem, loadNativeTun } from "../native-loader.js";
import { ServiceManager, takeNotifyPlace } from "../system/notify.js";
import { neededCapabilities, type Origin, Privileges } from "../system/privileges.js";
import { ownIdentity } from "../system/reachable.js";
import { Daemon } from "./daemon.js";
import { Reloader } from "./reloader.js";
import { ServiceReport } from "./service.js";

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
    await running.untilStopped();
    return EXIT.done;
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
  readonly #privileges: Privileges;
  readonly #service: ServiceReport;
  readonly #daemon: Daemon;
  readonly #reloader: Reloader;
  readonly #control: ControlServer;
  readonly #http: HttpServer | null;

  constructor(path: string, config: Config, version: string, log: Log) {
    this.#origin = { program: dirname(fileURLToPath(import.meta.url)), config: path };
    this.#log = log;
    const system = loadNativeSystem();
    this.#privileges = new Privileges(system, log);
    this.#privileges.forbidDumps();
    this.#daemon = new Daemon(config, loadNativeTun(), log);
    const place = takeNotifyPlace(process.env, process.pid);
    this.#service = new ServiceReport(new ServiceManager(place, system, log), this.#daemon);
    this.#reloader = new Reloader(path, this.#daemon, log, {
      around: (step) => this.#service.reload(step),
      refusals: (after) => this.#privileges.refusals(after),
    });
    const commands = [
      ...controlCommands(this.#daemon, version),
      ...operateCommands(this.#daemon, this.#reloader),
      ...traceCommands(this.#daemon),
    ];
    this.#control = new ControlServer(
      config.controlSocket,
      commands,
      log,
      this.#daemon.failures,
      new ControlGate(config.controlAccess, system),
    );
    this.#http = config.http === null ? null : this.#httpServer(config.http, commands, version);
    log.info({ version, config: path, hash: config.hash }, "mapd starts");
  }

  #httpServer(
    atStart: HttpSettings,
    commands: readonly ControlCommand[],
    version: string,
  ): HttpServer {
    const daemon = this.#daemon;
    const parts = {
      settings: () => daemon.config.http ?? atStart,
      metrics: createMetrics(daemon, version),
      reasons: () => daemon.reasons(),
      commands,
      page: PageFiles.read(PAGE_FOLDER),
    };
    return new HttpServer(parts, this.#log, daemon.failures);
  }

  /** Sockets come first: they tell a second daemon before it touches a device. */
  async untilStopped(): Promise<void> {
    const signal = this.#firstSignal();
    try {
      await this.#control.listen();
      await this.#http?.listen();
      await this.#daemon.start();
      const { config } = this.#daemon;
      this.#privileges.limit(neededCapabilities(this.#origin, config, ownIdentity()));
      process.on("SIGHUP", this.#onHangUp);
      this.#service.started();
      const reasons = this.#daemon.reasons();
      this.#log.info({ ready: reasons.length === 0, reasons }, "mapd runs");
      this.#log.info({ signal: await signal }, "mapd stops");
      this.#service.stopping();
      await this.#daemon.drainBeforeStop();
    } finally {
      await this.#stop();
    }
    this.#log.info("mapd stopped, devices and routes are gone");
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
