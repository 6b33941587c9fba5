/** What a command gives that goes on answering until the client hangs up. */

/** Sends one more document; false where the client reads too slowly, and the document is not sent. */
export type SendMore = (document: object) => boolean;

export class ControlStream {
  /** The first answer. */
  readonly first: object;
  /**
   * Called before the first answer is sent, which it takes the place of by throwing a MapdError; until it has returned
   * nothing can be sent. Gives what ends it, which is called once, when the client is gone.
   */
  readonly begin: (send: SendMore) => () => void;

  constructor(first: object, begin: (send: SendMore) => () => void) {
    this.first = first;
    this.begin = begin;
  }
}
