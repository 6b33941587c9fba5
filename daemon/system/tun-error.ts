/** Turns what open() of a TUN device says into what the operator can do about it. */
import { MapdError, type MapdErrorCode } from "../errors.js";

interface Explanation {
  readonly code: MapdErrorCode;
  readonly message: (name: string) => string;
}

const PERMISSION: Explanation = {
  code: "permission-denied",
  message: (name) =>
    `not allowed to make the TUN device ${name}: run mapd as root or with CAP_NET_ADMIN ` +
    "(systemd: AmbientCapabilities=CAP_NET_ADMIN; container: --cap-add NET_ADMIN --device /dev/net/tun), " +
    "or attach to a device made for your user (ip tuntap add ... user USER, and tun.attach)",
};

const NAME_IN_USE: Explanation = {
  code: "tun-name-in-use",
  message: (name) =>
    `the device name ${name} is taken: another mapd or program holds it (see ip -details link show ${name}); ` +
    "stop that one or give tun.name another name",
};

const UNAVAILABLE: Explanation = {
  code: "tun-unavailable",
  message: () =>
    "/dev/net/tun is missing: load the driver (modprobe tun); in a container pass --device /dev/net/tun; " +
    "or make it (mkdir -p /dev/net && mknod /dev/net/tun c 10 200)",
};

const BY_ERRNO: Readonly<Record<string, Explanation>> = {
  EPERM: PERMISSION,
  EACCES: PERMISSION,
  EBUSY: NAME_IN_USE,
  EEXIST: NAME_IN_USE,
  ENOENT: UNAVAILABLE,
  ENXIO: UNAVAILABLE,
  ENODEV: UNAVAILABLE,
  EINVAL: {
    code: "tun-name-in-use",
    message: (name) =>
      `the kernel refuses the TUN device ${name}: a device of this name exists with other properties ` +
      "(kind, number of queues), or the name is not valid; see ip -details link show",
  },
};

/** The failure of opening the TUN device `name`, explained. */
export function explainTunError(name: string, attach: boolean, error: unknown): MapdError {
  if (error instanceof MapdError) return error;
  const errno = errorCode(error);
  if (attach && (errno === "ENODEV" || errno === "ENOENT") && !isMissingNode(error)) {
    return new MapdError(
      "tun-failed",
      `there is no TUN device ${name} to attach to: make it first (ip tuntap add dev ${name} mode tun) or set tun.attach: false`,
      { cause: error },
    );
  }
  const known = errno === null ? undefined : BY_ERRNO[errno];
  if (known !== undefined) return new MapdError(known.code, known.message(name), { cause: error });
  const text = error instanceof Error ? error.message : String(error);
  return new MapdError("tun-failed", `cannot open the TUN device ${name}: ${text}`, {
    cause: error,
  });
}

function errorCode(error: unknown): string | null {
  if (typeof error !== "object" || error === null) return null;
  const code: unknown = Reflect.get(error, "code");
  return typeof code === "string" ? code : null;
}

/** The open() of /dev/net/tun itself failed, not the attaching. */
function isMissingNode(error: unknown): boolean {
  return typeof error === "object" && error !== null && Reflect.get(error, "syscall") === "open";
}
