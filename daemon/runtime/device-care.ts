/** What becomes of a TUN device under mapd: deleted, moved away, set down. Notices it, has it mended, and counts. */
import type { Log } from "../log.js";
import * as deviceList from "../system/device-list.js";
import { Retry } from "./retry.js";

/** How often to look whether the device is there and up, milliseconds. */
const LOOK_MS = 200;

export interface DeviceMenders {
  /** Called at once: addresses and routes are there no more. */
  lost(): void;
  /** Makes the device and all that was on it again; rejects where that does not work yet. */
  remake(lostAtMs: number): Promise<void>;
  /** Puts addresses and routes on it again. */
  refit(): Promise<void>;
}

/** What the host says of its devices. */
export type DeviceList = Pick<typeof deviceList, "deviceExists" | "isDeviceUp" | "isSysOwn">;

export class DeviceCare {
  readonly #tun: string;
  readonly #isOthers: boolean;
  readonly #log: Log;
  readonly #menders: DeviceMenders;
  readonly #list: DeviceList;
  readonly #recovery: Retry;
  readonly #refitting: Retry;
  /** When the device was seen to be gone, and why it could not be made again; null while it is there. */
  #loss: { readonly atMs: number; readonly reason: string } | null = null;
  #isDown = false;
  /** Why a device that is up again lacks what was on it; null where it does not. */
  #lack: string | null = null;
  /** How often the device was seen to be up again: what was put on it before is not on it any more. */
  #ups = 0;
  /** A device that is being deleted is down for a moment; that is no down of its own. */
  #isDownCounted = true;
  #isWatched = false;
  #isSysOwn = false;
  #lookedAtMs = 0;
  #recreations = 0;
  #recreationFailures = 0;
  #downs = 0;
  #refitFailures = 0;

  constructor(
    tun: { name: string; attach: boolean },
    log: Log,
    menders: DeviceMenders,
    list: DeviceList = deviceList,
  ) {
    this.#tun = tun.name;
    this.#isOthers = tun.attach;
    this.#log = log;
    this.#menders = menders;
    this.#list = list;
    this.#recovery = new Retry(
      () => this.#recover(),
      (error) => this.#notRecovered(error),
    );
    this.#refitting = new Retry(
      () => this.#refit(),
      (error) => this.#notRefitted(error),
    );
  }

  /** How often the device was deleted and has been made again. */
  get recreations(): number {
    return this.#recreations;
  }

  /** How often that was tried in vain. */
  get recreationFailures(): number {
    return this.#recreationFailures;
  }

  /** How often somebody has set the device down. */
  get downs(): number {
    return this.#downs;
  }

  /** How often addresses and routes could not be put back on a device that is up again. */
  get refitFailures(): number {
    return this.#refitFailures;
  }

  /** The device is there, with all that should be on it. */
  begin(): void {
    this.#isWatched = true;
    this.#isSysOwn = this.#list.isSysOwn();
  }

  end(): void {
    this.#isWatched = false;
    this.#recovery.stop();
    this.#refitting.stop();
  }

  /** Why no packet passes, or null. */
  problem(): string | null {
    const device = `the device ${this.#tun}`;
    if (this.#loss !== null) {
      const { reason } = this.#loss;
      return `${device} is gone: ${reason === "" ? "mapd makes it again" : reason}`;
    }
    if (this.#isDown) return `${device} is down: ip link set dev ${this.#tun} up`;
    if (this.#lack !== null) {
      const reason = this.#lack === "" ? "mapd puts them back" : this.#lack;
      return `${device} is up without its addresses and routes: ${reason}`;
    }
    return this.#list.deviceExists(this.#tun) ? null : `${device} is gone`;
  }

  /** The device was deleted, or is no more in this network namespace. */
  gone(): void {
    if (this.#loss !== null || !this.#isWatched) return;
    this.#loss = { atMs: performance.now(), reason: "" };
    this.#isDownCounted = true;
    this.#lack = null;
    this.#menders.lost();
    const what = this.#isOthers ? "mapd waits until it is there again" : "mapd makes it again";
    this.#log.error({ tun: this.#tun }, `the device is gone: somebody has deleted it; ${what}`);
    this.#recovery.begin();
  }

  async #recover(): Promise<void> {
    if (this.#loss === null || !this.#isWatched) return;
    await this.#menders.remake(this.#loss.atMs);
    this.#recreations++;
    this.#loss = null;
    this.#isDown = false;
  }

  #notRecovered(error: unknown): void {
    this.#recreationFailures++;
    const reason = reasonOf(error);
    if (this.#loss === null || this.#loss.reason === reason) return;
    this.#loss = { ...this.#loss, reason };
    this.#log.error({ reason }, "the device cannot be made again yet; mapd goes on trying");
  }

  /** Due several times a second. */
  look(nowMs: number): void {
    if (this.#loss !== null || !this.#isWatched || nowMs - this.#lookedAtMs < LOOK_MS) return;
    this.#lookedAtMs = nowMs;
    const isUp = this.#isSysOwn ? this.#list.isDeviceUp(this.#tun) : null;
    // The queue of a device that was moved to another namespace says nothing of it.
    if (isUp === null && !this.#list.deviceExists(this.#tun)) this.gone();
    else if (isUp !== null && isUp === this.#isDown) this.#turned(isUp);
    else if (!this.#isDownCounted) this.#countDown();
  }

  /** The device was set down, or up again. */
  #turned(isUp: boolean): void {
    this.#isDown = !isUp;
    if (isUp) {
      if (!this.#isDownCounted) this.#countDown();
      this.#ups++;
      this.#lack = "";
      this.#refitting.begin();
    } else {
      this.#isDownCounted = false;
      this.#menders.lost();
    }
  }

  /** At the look after: it is down, or was, and not gone. */
  #countDown(): void {
    this.#isDownCounted = true;
    this.#downs++;
    const remedy = `ip link set dev ${this.#tun} up`;
    this.#log.error({ tun: this.#tun }, `somebody has set the device down; to undo it: ${remedy}`);
  }

  /** The kernel took the routes out when the device went down, and does not put them back. */
  async #refit(): Promise<void> {
    while (this.#mayRefit()) {
      const ups = this.#ups;
      await this.#menders.refit();
      if (ups !== this.#ups || !this.#mayRefit()) continue;
      this.#lack = null;
      this.#log.info({ tun: this.#tun }, "the device is up again, with its addresses and routes");
    }
  }

  /** False also where the device is down or gone once more: whoever puts that right begins anew. */
  #mayRefit(): boolean {
    return this.#isWatched && this.#lack !== null && !this.#isDown;
  }

  #notRefitted(error: unknown): void {
    if (!this.#mayRefit()) return;
    this.#refitFailures++;
    const reason = reasonOf(error);
    if (this.#lack === reason) return;
    this.#lack = reason;
    const what = "the device is up again, but its addresses and routes cannot be put back yet";
    this.#log.error({ tun: this.#tun, reason }, `${what}; mapd goes on trying`);
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
