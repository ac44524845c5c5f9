import type { PackedPart } from './gzip.ts';

/** How an XML answer is laid out: EC2 gives every element a line of its own, indented by four spaces. */
export type Layout = 'indented' | 'compact';

/**
 * Members of an answer that are XML already, made while they are sent: for listings that are too large to be encoded at
 * each call. An operation answers it in the place of its output.
 */
export interface Rendering {
  /** The members in the order of the model, in pieces; a piece is not used any more once the next one is asked for. */
  readonly pieces: (layout: Layout) => Iterable<Uint8Array>;
  /** The same, compressed. */
  readonly packed: (layout: Layout) => Iterable<PackedPart>;
}

export class RenderedMembers implements Rendering {
  readonly pieces: Rendering['pieces'];
  readonly packed: Rendering['packed'];
  constructor({ pieces, packed }: Rendering) {
    this.pieces = pieces;
    this.packed = packed;
  }
}
