/** A pattern as code units; the wildcards are negative, so that a literal `*` (from `${*}` or a variable) stays one. */
export type Pattern = readonly number[];

const ANY_ONE = -1;
const ANY_MANY = -2;

/** The pattern of a text in which `*` stands for any characters and `?` for one. */
export function wildcardPattern(text: string): number[] {
  return Array.from({ length: text.length }, (_, i) => {
    const unit = text.charCodeAt(i);
    if (unit === 0x2a) return ANY_MANY;
    return unit === 0x3f ? ANY_ONE : unit;
  });
}

export function literalPattern(text: string): number[] {
  return Array.from({ length: text.length }, (_, i) => text.charCodeAt(i));
}

/** Whether the whole text fits. */
export function fits(pattern: Pattern, text: string): boolean {
  return wildcardMatcher(pattern)(text);
}

/**
 * Whether whole texts fit a pattern that is prepared once. All places where the pattern may stand are followed at once,
 * 31 in a word, so the time is length of text × length of pattern / 31 whatever the wildcards; a backtracking matcher
 * takes seconds for `a*a*a*a*b`.
 */
export function wildcardMatcher(pattern: Pattern): (text: string) => boolean {
  const units = pattern.filter(unit => unit !== ANY_MANY);
  const words = Math.floor(units.length / BITS) + 1;
  const stars = new Int32Array(words);
  let token = 0;
  for (const unit of pattern) {
    if (unit === ANY_MANY) setBit(stars, token);
    else token += 1;
  }
  const accepts = acceptsOf(units, words);
  const acceptsAny = accepts.get(ANY_ONE) ?? new Int32Array(words);
  const last = pattern.at(-1);
  // Bit i: the pattern's first i units have been matched. The two take turns.
  let places = new Int32Array(words);
  let next = new Int32Array(words);
  return text => {
    if (units.length > text.length) return false;
    // Most texts that do not fit show it at their end.
    if (last !== undefined && last >= 0 && last !== text.charCodeAt(text.length - 1)) return false;
    places.fill(0);
    setBit(places, 0);
    for (let i = 0; i < text.length; i++) {
      const accept = accepts.get(text.charCodeAt(i)) ?? acceptsAny;
      let carry = 0;
      let alive = 0;
      for (let word = 0; word < words; word++) {
        const here = places[word] ?? 0;
        const stepped = here & (accept[word] ?? 0);
        const there = ((stepped << 1) & MASK) | carry | (here & (stars[word] ?? 0));
        carry = (stepped >>> (BITS - 1)) & 1;
        alive |= there;
        next[word] = there;
      }
      if (alive === 0) return false;
      [places, next] = [next, places];
    }
    return hasBit(places, units.length);
  };
}

/** Bits of a word that are used: the sign bit is left out, so that shifts stay simple. */
const BITS = 31;
const MASK = 0x7fff_ffff;

/** For each code unit, at which places of the pattern it is accepted; under ANY_ONE, where any is. */
function acceptsOf(units: readonly number[], words: number): Map<number, Int32Array> {
  const any = new Int32Array(words);
  units.forEach((unit, i) => {
    if (unit === ANY_ONE) setBit(any, i);
  });
  const accepts = new Map([[ANY_ONE, any]]);
  units.forEach((unit, i) => {
    const accept = accepts.get(unit) ?? any.slice();
    accepts.set(unit, accept);
    setBit(accept, i);
  });
  return accepts;
}

function setBit(words: Int32Array, bit: number): void {
  const word = Math.floor(bit / BITS);
  words[word] = (words[word] ?? 0) | (1 << (bit % BITS));
}

function hasBit(words: Int32Array, bit: number): boolean {
  return ((words[Math.floor(bit / BITS)] ?? 0) & (1 << (bit % BITS))) !== 0;
}
