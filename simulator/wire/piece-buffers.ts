/** A document that is made while it is sent is made in pieces of about this size. */
const PIECE_BYTES = 512 * 1024;

/** As many as there are documents under way; they are used again and again. */
const free: Buffer[] = [];

/** Memory for the pieces of one document, one after the other; to be given back. */
export function takeBuffer(): Buffer {
  return free.pop() ?? Buffer.allocUnsafeSlow(PIECE_BYTES);
}

export function giveBack(buffer: Buffer): void {
  free.push(buffer);
}
