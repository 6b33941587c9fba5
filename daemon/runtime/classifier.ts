/**
 * The classifiers on a TUN device of MAP-E, which let TCP and UDP go into the tunnel, and come out of it, as
 * super-packets. Without them all works as well, but slower: the kernel cuts super-packets before mapd reads them.
 */
import type { NativeTun } from "../../src/tun/native.js";

interface Refused {
  readonly on: false;
  readonly reason: string;
}

/** On the way from the device: into the tunnel. */
export type Classifier = { readonly on: true; readonly madeQdisc: boolean } | Refused;

/** On the way to the device: out of the tunnel, one packet socket a queue. */
export type Intake = { readonly on: true; readonly fds: readonly number[] } | Refused;

/** Never throws: what is refused has its reason. */
export function attachClassifier(native: NativeTun, name: string): Classifier {
  return tried(() => ({ on: true, madeQdisc: native.attachClassifier(name, false) }));
}

/** Also a device that goes now may have been made by somebody else, who keeps it. */
export function detachClassifier(
  native: NativeTun,
  name: string,
  classifier: Classifier | null,
): void {
  if (classifier?.on === true) native.detachClassifier(name, classifier.madeQdisc);
}

/** Never throws. The device must have its classifier, which ends the way of what is turned around. */
export function openIntake(native: NativeTun, name: string, queues: number): Intake {
  return tried(() => {
    const fds = native.openIntakes(name, queues);
    const intake = fillIntake(native, name, fds);
    if (!intake.on) for (const fd of fds) native.close(fd);
    return intake;
  });
}

/** Has the kernel turn packets around to sockets that are open. Never throws. */
export function fillIntake(native: NativeTun, name: string, fds: readonly number[]): Intake {
  return tried(() => {
    native.attachClassifier(name, true);
    return { on: true, fds };
  });
}

function tried<T extends Classifier | Intake>(step: () => T): T | Refused {
  try {
    return step();
  } catch (error) {
    return { on: false, reason: reasonOf(error) };
  }
}

/** The kernel's word, and what the operator can do about it. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  switch (Reflect.get(error, "code")) {
    case "EPERM":
    case "EACCES":
      return `${error.message}; it needs ${rightsFor(Reflect.get(error, "syscall"))}, as root has them, outside user namespaces`;
    case "EINVAL":
    case "ENOSYS":
      return `${error.message}; the kernel must be Linux 5.7 or later, with CONFIG_BPF_SYSCALL`;
    case "ENOENT":
    case "EOPNOTSUPP":
      return `${error.message}; the kernel lacks the modules sch_ingress or cls_bpf`;
    case "EAFNOSUPPORT":
      return `${error.message}; the kernel lacks the module af_packet`;
    default:
      return error.message;
  }
}

function rightsFor(step: unknown): string {
  return step === "AF_PACKET" ? "CAP_NET_RAW and CAP_NET_ADMIN" : "CAP_BPF and CAP_NET_ADMIN";
}
