/** The TUN queues of a domain: opened by the main thread, so that the device outlives its workers. */

import {
  type NativeTun,
  TUN_F_CSUM,
  TUN_F_TSO_ECN,
  TUN_F_TSO4,
  TUN_F_TSO6,
  TUN_F_USO4,
  TUN_F_USO6,
} from "../../src/tun/native.js";
import type { DomainConfig } from "../config/types.js";
import { explainTunError } from "../system/tun-error.js";
import {
  attachClassifier,
  type Classifier,
  detachClassifier,
  fillIntake,
  type Intake,
  openIntake,
} from "./classifier.js";
import type { WorkerQueue } from "./worker-handle.js";

const OFFLOAD_NAMES = [
  { bit: TUN_F_CSUM, name: "csum" },
  { bit: TUN_F_TSO4, name: "tso4" },
  { bit: TUN_F_TSO6, name: "tso6" },
  { bit: TUN_F_TSO_ECN, name: "tso-ecn" },
  { bit: TUN_F_USO4, name: "uso4" },
  { bit: TUN_F_USO6, name: "uso6" },
] as const;

const ENODEV = 19;

const ALL_OFFLOADS = OFFLOAD_NAMES.reduce((all, { bit }) => all | bit, 0);

export interface Device {
  readonly name: string;
  readonly queues: readonly WorkerQueue[];
  /** TUN_F_* bits that every queue has. */
  readonly offloads: number;
  /** Of MAP-E with offloads, else null. */
  readonly classifier: Classifier | null;
  /** Where the classifier is on, else null. */
  readonly intake: Intake | null;
}

/** Opens all queues or none; throws MapdError. */
export function openDevice(native: NativeTun, domain: DomainConfig): Device {
  const { tun, settings } = domain;
  const vnetHdr = tun.offload === "auto";
  const fds: number[] = [];
  let offloads = vnetHdr ? ALL_OFFLOADS : 0;
  try {
    for (let index = 0; index < tun.queues; index++) {
      const opened = native.open({
        name: tun.name,
        multiQueue: tun.queues > 1,
        vnetHdr,
        offloads,
        attach: tun.attach,
        // The first queue makes the device and so owns the name, the others join it.
        addQueue: index > 0,
      });
      fds.push(opened.fd);
      offloads &= opened.offloads;
    }
  } catch (error) {
    for (const fd of fds) native.close(fd);
    throw explainTunError(tun.name, tun.attach, error);
  }
  const classifier =
    vnetHdr && settings.mode === "map-e" ? attachClassifier(native, tun.name) : null;
  const cutsInsideTunnels = classifier?.on === true;
  const intake = cutsInsideTunnels ? openIntake(native, tun.name, fds.length) : null;
  const queues = fds.map((fd, index) => {
    const intakeFd = intake?.on === true ? intake.fds[index]! : -1;
    return { fd, intakeFd, vnetHdr, offloads, cutsInsideTunnels };
  });
  return { name: tun.name, queues, offloads, classifier, intake };
}

/**
 * Puts classifiers back that another program has taken away: without the one super-packets of ours vanish without a word,
 * without the other they are cut for us. Where it is refused now the device goes on without, and its workers have to be
 * started anew to know. Returns the device as it is then, or null where nothing was wrong.
 */
export function checkDevice(native: NativeTun, device: Device): Device | null {
  const { name, queues, classifier } = device;
  if (classifier?.on !== true) return null;
  if (!isMissing(native, name, false)) return checkIntake(native, device);
  const again = attachClassifier(native, name);
  if (again.on) {
    const madeQdisc = classifier.madeQdisc || again.madeQdisc;
    const whole = { ...device, classifier: { on: true, madeQdisc } } as const;
    return checkIntake(native, whole) ?? whole;
  }
  native.detachClassifier(name, false);
  const cutting = queues.map((queue) => ({ ...queue, cutsInsideTunnels: false }));
  return { ...device, queues: cutting, classifier: again, intake: null };
}

function checkIntake(native: NativeTun, device: Device): Device | null {
  const { name, intake } = device;
  if (intake?.on !== true || !isMissing(native, name, true)) return null;
  return { ...device, intake: fillIntake(native, name, intake.fds) };
}

/** A device that is gone lacks more than that. */
function isMissing(native: NativeTun, name: string, toDevice: boolean): boolean {
  const found = native.findClassifier(name, toDevice);
  return found !== 0 && found !== -ENODEV;
}

/** Gives the queues back; a device that is ours goes with its last queue, and its routes with it. */
export function closeDevice(native: NativeTun, device: Device): void {
  detachClassifier(native, device.name, device.classifier);
  for (const { fd, intakeFd } of device.queues) {
    native.close(fd);
    if (intakeFd >= 0) native.close(intakeFd);
  }
}

/** Packets that found no room in the intakes since this was last asked. */
export function takeIntakeDrops(native: NativeTun, { queues }: Device): number {
  return queues
    .filter(({ intakeFd }) => intakeFd >= 0)
    .reduce((sum, { intakeFd }) => sum + Math.max(native.intakeDrops(intakeFd), 0), 0);
}

/** `csum`, `tso4`, ... in the order of the kernel's bits. */
export function offloadNames(bits: number): readonly string[] {
  return OFFLOAD_NAMES.filter((row) => (bits & row.bit) !== 0).map((row) => row.name);
}
