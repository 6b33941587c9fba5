/** The installed service in the hands of a real systemd: what `systemctl` says and does. */
import type { Test } from "tap";
import { BootedRoot } from "./booted-root.js";

/** A drop-in: 30 seconds are long for a test. */
const QUICK = "[Service]\nWatchdogSec=2\n";

const FAR = {
  "map-t": 'dmr-ipv6-prefix: "2001:db8:ffff::/64"',
  "map-e": 'br-ipv6-addr: "2001:db8:ffff::1"',
} as const;

function configuration(rate: number, mode: keyof typeof FAR): string {
  return [
    "rules:",
    '  metro: { rule-ipv6-prefix: "2001:db8::/40", rule-ipv4-prefix: 192.0.2.0/24, ea-len: 16 }',
    "domains:",
    "  - name: metro-br",
    `    mode: ${mode}`,
    "    role: br",
    "    tun: { name: mapt0 }",
    "    rules: [metro]",
    `    ${FAR[mode]}`,
    `    icmp: { rate-limit: ${rate} }`,
  ].join("\n");
}

class Service {
  readonly #host: BootedRoot;

  constructor(host: BootedRoot) {
    this.#host = host;
  }

  /** Properties of the unit. */
  show(...names: readonly string[]): readonly string[] {
    const text = this.#host.shell(
      `systemctl show ${names.map((name) => `-p ${name}`).join(" ")} mapd`,
    );
    const rows = new Map(text.split("\n").map((line) => [line.split("=", 1)[0], line]));
    return names.map((name) => rows.get(name)?.slice(name.length + 1) ?? "");
  }

  get pid(): number {
    return Number(this.show("MainPID")[0]);
  }

  /** It runs again, in the place of the process that was `before`. */
  async again(before: number, restarts: number): Promise<void> {
    await this.#host.until(() => {
      const [state, count] = this.show("SubState", "NRestarts");
      return state === "running" && count === `${restarts}` && this.pid !== before;
    }, `restart ${restarts}`);
  }
}

export async function underSystemd(t: Test, root: string): Promise<void> {
  const host = await BootedRoot.start(root, "multi-user.target");
  t.teardown(() => host.end());
  const service = new Service(host);
  const configure = (rate: number, mode: keyof typeof FAR = "map-t"): string =>
    host.shell(`cat > /etc/mapd/mapd.yaml <<'END'\n${configuration(rate, mode)}\nEND`);
  configure(7);
  host.shell(
    `mkdir -p /etc/systemd/system/mapd.service.d && printf '${QUICK.replaceAll("\n", "\\n")}' > /etc/systemd/system/mapd.service.d/quick.conf && systemctl daemon-reload`,
  );

  host.shell("systemctl start mapd || { journalctl --no-pager --unit mapd | tail -20; false; }");
  t.same(service.show("SubState", "StatusText"), ["running", "ready: metro-br"]);
  t.match(
    host.shell("ip route show dev mapt0"),
    "192.0.2.0/24",
    "ready means that routes are there",
  );
  const status = host.shell(`cat /proc/${service.pid}/status`);
  t.match(status, /^CapPrm:\t0000000000001000$/m);
  t.notMatch(status, /^Uid:\t0/m, "a user made for the time it runs");

  configure(8);
  const before = service.pid;
  host.shell("systemctl reload mapd");
  await host.until(
    () => /rate-limit: 8/.test(host.shell("mapctl config show")),
    "the new configuration",
  );
  t.equal(service.pid, before);

  host.shell(`kill -STOP ${before}`);
  await service.again(before, 1);
  t.match(host.shell("journalctl --unit=mapd --output=cat"), "Watchdog timeout (limit 2s)!");

  const second = service.pid;
  host.shell(`kill -KILL ${second}`);
  await service.again(second, 2);
  host.shell("mapctl ready");

  host.shell("systemctl stop mapd");
  t.same(service.show("ActiveState", "Result", "ExecMainStatus"), ["inactive", "success", "0"]);
  t.equal(host.shell("ip link show mapt0 2>/dev/null || echo gone"), "gone\n");

  configure(7, "map-e");
  host.shell("systemctl start mapd");
  const { domains } = JSON.parse(host.shell("mapctl status --json"));
  const on = { on: true, reason: null };
  t.match(domains[0].tun, { classifier: on, intake: on }, "what MAP-E needs is let through");
  host.shell("systemctl stop mapd");
}
