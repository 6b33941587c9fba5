/** For every reason of the drops table a packet that a real device can be given for it, or why there is none. */
import type { DropName } from "../../src/verdict.js";

/**
 * Golden cases with the packets of nearly every reason. What each drops is in its counters.json; those of one configuration
 * stand together, so that the daemon is given a new one seldom.
 */
export const GOLDEN_CASES: readonly string[] = [
  "an-error-that-does-not-belong-to-its-receiver-or-its-sender-is-dropped",
  "no-error-is-told-about-errors-or-to-nobody-or-about-later-fragments",
  "map-t-tells-a-sender-why-its-packet-is-refused",
  "map-t-points-at-the-segments-left-of-a-routing-header",
  "map-t-br-drops-overlapping-fragments-of-an-echo-with-all-that-waits",
  "map-t-drops-ipv6-extension-headers-that-run-past-the-packet",
  "what-is-neither-ipv4-nor-ipv6-is-dropped",
  "map-t-drops-ipv4-options-that-run-past-their-header",
  "map-t-takes-nothing-but-a-transport-header-behind-a-fragment-header",
  "map-t-drops-a-fragment-that-it-has-seen-and-takes-the-rest",
  "map-t-points-at-what-is-wrong-with-a-fragment-from-ipv6",
  "ipv6-whose-lengths-disagree-is-dropped",
  "map-t-drops-fragments-that-split-the-transport-header",
  "map-t-tells-the-sender-of-a-source-route-that-is-not-used-up",
  "a-transport-header-cut-short-is-dropped-from-ipv4",
  "an-error-about-an-error-is-dropped",
  "an-error-that-is-broken-or-quotes-a-broken-header-is-dropped",
  "map-t-follows-no-more-than-144-fragments-of-a-datagram",
  "map-e-ce-takes-nothing-that-is-not-from-its-br-and-for-its-address-and-ports",
  "map-e-ce-filters-what-it-turns-around-like-packets-from-outside",
  "map-e-ce-with-nat44-takes-no-protocol-without-ports-from-its-lan-or-for-its-shared-address",
  "map-e-carries-no-fragment-of-an-icmp-error-to-a-shared-address",
  "map-e-merges-the-congestion-marks-of-outer-fragments",
  "map-e-br-tells-on-no-error-about-packets-that-it-has-not-sent",
  "nat44-of-a-shared-address-lets-only-a-remote-address-in-that-was-spoken-to",
  "behind-the-well-known-prefix-only-global-ipv4-addresses-exist",
  "map-e-br-does-not-turn-packets-around-where-hairpin-is-off",
  "map-t-ce-gives-an-echo-request-an-identifier-of-its-port-set-and-takes-it-back-in-the-reply",
  "map-t-gives-no-ipv4-protocol-number-a-meaning-that-it-has-only-in-ipv6",
  "nat44-gives-a-host-no-more-ports-than-its-quota",
  "map-e-ce-tells-of-errors-from-inside-the-tunnel-below-the-configured-rate",
];

/** Of `fragment_timeout`: what waits for 30 seconds (IPv4) or 60 (IPv6), which are no settings. */
export const LATE_CASES: readonly string[] = [
  "map-t-fragments-whose-first-one-never-comes-are-dropped-in-time",
  "map-t-br-tells-the-sender-of-an-echo-that-stays-incomplete",
];

/** Reasons that are not of a packet alone: each has a test of its own in every-drop.test.ts, the last in every-drop-late.test.ts. */
export const WITH_A_TEST: readonly DropName[] = [
  "bad_offload_header",
  "nat44_table_full",
  "nat44_address_changed",
  "tun_write_failed",
  "internal_error",
];
