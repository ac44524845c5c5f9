/**
 * A small seeded random generator (sfc32), so that the same seed makes the same world on every machine. Not for secrets:
 * simulated AWS guards nothing.
 */
export interface Prng {
  /** Uniform in [0, 1). */
  next(): number;
  /** A whole number from `min` to `max`, both included. */
  int(min: number, max: number): number;
  chance(probability: number): boolean;
  pick<T>(list: readonly T[]): T;
  /** One of the items, each as likely as its weight says. */
  weighted<T extends { weight: number }>(list: readonly T[]): T;
  /** `length` characters out of `alphabet`. */
  text(length: number, alphabet: string): string;
  hex(length: number): string;
}

/** `label` gives independent streams of one seed, so that a change in one part of a world leaves the others as they were. */
export function createPrng(seed: number, label = ''): Prng {
  const next = sfc32(seed, label);
  const int = (min: number, max: number) => min + Math.floor(next() * (max - min + 1));
  const text = (length: number, alphabet: string) => {
    let made = '';
    for (let i = 0; i < length; i += 1) made += alphabet[Math.floor(next() * alphabet.length)];
    return made;
  };
  return {
    next,
    int,
    chance: probability => next() < probability,
    pick: list => itemAt(list, Math.floor(next() * list.length)),
    weighted: list => {
      let left = next() * list.reduce((sum, item) => sum + item.weight, 0);
      for (const item of list) {
        left -= item.weight;
        if (left < 0) return item;
      }
      return itemAt(list, list.length - 1);
    },
    text,
    hex: length => {
      // Eight digits a draw: worlds are mostly made of hex ids.
      let digits = '';
      while (digits.length < length)
        digits += Math.floor(next() * 2 ** 32)
          .toString(16)
          .padStart(8, '0');
      return digits.slice(0, length);
    },
  };
}

function itemAt<T>(list: readonly T[], index: number): T {
  const item = list[index];
  if (item === undefined) throw new Error('cannot pick from an empty list');
  return item;
}

/** Chris Doty-Humphrey's sfc32 (PractRand); seeded by hashing seed and label into its state. */
function sfc32(seed: number, label: string): () => number {
  let [a, b, c, d] = hash128(`${seed}/${label}`);
  const next = () => {
    const t = (((a + b) | 0) + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + t;
    return (t >>> 0) / 4_294_967_296;
  };
  for (let i = 0; i < 15; i += 1) next();
  return next;
}

/** Four FNV-1a hashes with different offsets. */
function hash128(text: string): [number, number, number, number] {
  const hash = (offset: number) => {
    let h = offset;
    for (let i = 0; i < text.length; i += 1) h = Math.imul(h ^ text.charCodeAt(i), 16_777_619);
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
    return Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  };
  return [hash(0x811c9dc5), hash(0x01000193), hash(0x9e3779b9), hash(0x7f4a7c15)];
}
