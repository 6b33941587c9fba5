/**
 * Classic pcap files, link type RAW: each record is one IP packet. Times are microseconds.
 *   file   +0 magic:32 | +4 version 2.4 | +8 zone:32 | +12 sigfigs:32 | +16 snaplen:32 | +20 link type:32
 *   record +0 seconds:32 | +4 microseconds:32 | +8 captured length:32 | +12 length:32 | packet
 */
import { framesOf } from "../../daemon/trace/capture.js";

const MAGIC = 0xa1b2c3d4;
const LINKTYPE_RAW = 101;
const FILE_HEADER_LEN = 24;
const RECORD_HEADER_LEN = 16;
const SNAPLEN = 262144;

export interface PcapRecord {
  /** Since the start of the capture. */
  readonly timeUs: number;
  readonly bytes: Uint8Array;
}

export function writePcap(records: readonly PcapRecord[]): Uint8Array {
  const size = records.reduce((sum, r) => sum + RECORD_HEADER_LEN + r.bytes.length, 0);
  const file = new Uint8Array(FILE_HEADER_LEN + size);
  const view = new DataView(file.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint16(4, 2, true);
  view.setUint16(6, 4, true);
  view.setUint32(16, SNAPLEN, true);
  view.setUint32(20, LINKTYPE_RAW, true);
  let at = FILE_HEADER_LEN;
  for (const { timeUs, bytes } of records) {
    view.setUint32(at, Math.floor(timeUs / 1e6), true);
    view.setUint32(at + 4, timeUs % 1e6, true);
    view.setUint32(at + 8, bytes.length, true);
    view.setUint32(at + 12, bytes.length, true);
    file.set(bytes, at + RECORD_HEADER_LEN);
    at += RECORD_HEADER_LEN + bytes.length;
  }
  return file;
}

/** Throws where the file is no such capture, or is cut short. */
export function readPcap(source: Uint8Array): PcapRecord[] {
  return [...framesOf(source)].map(({ linkType, bytes, originalLength, timeNs }) => {
    if (linkType !== LINKTYPE_RAW) throw new Error("link type is not RAW (101)");
    if (bytes.length !== originalLength) throw new Error("packet was cut at capture");
    // A copy of the plain kind: what a Buffer slices off shares its memory.
    return { timeUs: Number(timeNs / 1000n), bytes: new Uint8Array(bytes) };
  });
}
