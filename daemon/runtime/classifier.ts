/**
 * The classifier on a TUN device of MAP-E, which lets TCP and UDP go into the tunnel as super-packets. Without it all
 * works as well, but slower: the kernel cuts them before mapd reads them.
 */
import type { NativeTun } from "../../src/tun/native.js";

export type Classifier =
  | { readonly on: true; readonly madeQdisc: boolean }
  | { readonly on: false; readonly reason: string };

/** Never throws: what is refused has its reason. */
export function attachClassifier(native: NativeTun, name: string): Classifier {
  try {
    return { on: true, madeQdisc: native.attachClassifier(name) };
  } catch (error) {
    return { on: false, reason: reasonOf(error) };
  }
}

/** Also a device that goes now may have been made by somebody else, who keeps it. */
export function detachClassifier(
  native: NativeTun,
  name: string,
  classifier: Classifier | null,
): void {
  if (classifier?.on === true) native.detachClassifier(name, classifier.madeQdisc);
}

/** The kernel's word, and what the operator can do about it. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  switch (Reflect.get(error, "code")) {
    case "EPERM":
    case "EACCES":
      return `${error.message}; it needs CAP_BPF and CAP_NET_ADMIN, as root has them, outside user namespaces`;
    case "EINVAL":
    case "ENOSYS":
      return `${error.message}; the kernel must be Linux 5.7 or later, with CONFIG_BPF_SYSCALL`;
    case "ENOENT":
    case "EOPNOTSUPP":
      return `${error.message}; the kernel lacks the modules sch_ingress or cls_bpf`;
    default:
      return error.message;
  }
}
