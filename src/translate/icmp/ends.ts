/** The new addresses of an ICMP error and of the packet that it quotes; scratch that a pipeline fills. */

/** IPv6 addresses, four words each. */
export class ErrorEnds6 {
  readonly source = new Uint32Array(4);
  readonly destination = new Uint32Array(4);
  readonly quotedSource = new Uint32Array(4);
  readonly quotedDestination = new Uint32Array(4);
}

/** IPv4 addresses, unsigned 32-bit. */
export class ErrorEnds4 {
  source = 0;
  destination = 0;
  quotedSource = 0;
  quotedDestination = 0;
}
