/** What becomes of a fragment that is not dropped; drop codes are negative. */

/** The packet's ports are its datagram's. */
export const PORTS_KNOWN = 0;
/** The datagram is whole, in a borrowed slot. */
export const COMPLETE = 0;
/** The fragment was copied and waits for others; nothing is to be sent for it now. */
export const HELD = 1;
/** The ports are known, but the datagram can only be translated whole: the fragment belongs in a Reassembler. */
export const REASSEMBLE = 2;
