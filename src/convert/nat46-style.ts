/** Styles of nat46 as its commands spell them. */

/** IPv4 addresses behind a prefix (RFC 6052 §2.2): what a DMR is. */
export const DMR_STYLE = `RFC${6052}`;
