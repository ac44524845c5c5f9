/**
 * The CRC-32 of two texts one behind the other, from the CRC-32 of each and the length of the second, as zlib's
 * `crc32_combine` works it out: a CRC is a remainder of polynomials over GF(2), and a text before another one is multiplied
 * by x to the power of the other's bits.
 */
export function crc32Combined(first: number, second: number, secondBytes: number): number {
  return (times(xToBits(secondBytes), first) ^ second) >>> 0;
}

/** x^(8n) modulo the polynomial. */
function xToBits(bytes: number): number {
  let power = ONE;
  // The lowest bit of `bytes` stands for x^8, which is the third square of x.
  for (let [rest, square] = [bytes, 3]; rest > 0; rest = Math.floor(rest / 2), square += 1) {
    if (rest % 2 === 1) power = times(squares[square & 31] ?? ONE, power);
  }
  return power;
}

/** The product modulo the polynomial. Bits are in CRC-32's order: the highest one is x^0. */
function times(a: number, b: number): number {
  let [product, multiple] = [0, b];
  for (let bit = ONE; bit !== 0; bit >>>= 1) {
    if ((a & bit) !== 0) product ^= multiple;
    multiple = (multiple & 1) === 1 ? (multiple >>> 1) ^ POLYNOMIAL : multiple >>> 1;
  }
  return product;
}

const POLYNOMIAL = 0xedb88320;
const ONE = 0x80000000;

/** x^(2^n) for n from 0 to 31, after which they repeat. */
const squares = [0x40000000];
for (let n = 1; n < 32; n += 1) squares.push(times(squares[n - 1] ?? 0, squares[n - 1] ?? 0));
