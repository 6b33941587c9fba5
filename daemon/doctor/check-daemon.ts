/** Whether mapd runs, forwards, and has the configuration that is looked at. */
import type { HostCheck } from "./context.js";
import { error, type Found, ok, warning } from "./finding.js";

export const daemonCheck: HostCheck = {
  id: "daemon",
  what: "mapd runs, is ready, and has this configuration",
  about: "host",
  async run({ live, config }) {
    if (live === null) {
      const message = "no mapd answers: only what does not need it is looked at";
      return [warning(message, null, "systemctl start mapd")];
    }
    const { status } = live;
    const found: Found[] = [];
    if (status.configHash !== config.hash) {
      const evidence = `running ${status.configHash}, file ${config.hash}`;
      const message = "the running mapd has another configuration than the file";
      found.push(warning(message, evidence, "mapctl reload"));
    }
    if (!status.ready) {
      found.push(error("mapd does not forward", status.reasons.join("; "), "mapctl status"));
    }
    const restarted = status.domains.filter(({ workers }) => workers.some((one) => one.restarts));
    for (const { name } of restarted) {
      const message = `a worker of ${name} has died and was replaced; the log of mapd says why`;
      found.push(warning(message, null, "journalctl -u mapd"));
    }
    return found.length > 0 ? found : [ok(`mapd ${status.version} runs and is ready`)];
  },
};
