/** Writers of short ASCII values into a buffer; each tells the position behind what it has written. */

export function writeText(out: Buffer, at: number, text: string): number {
  for (let i = 0; i < text.length; i += 1) out[at + i] = text.charCodeAt(i);
  return at + text.length;
}

/** `digits` hexadecimal digits of a 32-bit number, the highest ones. */
export function writeHex(out: Buffer, at: number, value: number, digits: number): number {
  for (let i = 0; i < digits; i += 1) out[at + i] = HEX[(value >>> (28 - 4 * i)) & 15] ?? 0;
  return at + digits;
}

/** The same without leading zeros, of the 16 highest bits, as IPv6 addresses have it. */
export function writeGroup(out: Buffer, at: number, value: number): number {
  const group = value >>> 16;
  const digits = group > 0xfff ? 4 : group > 0xff ? 3 : group > 0xf ? 2 : 1;
  return writeHex(out, at, group << (32 - 4 * digits), digits);
}

/** Digits of a whole number from 0, at least two. */
export function writeNumber(out: Buffer, at: number, value: number): number {
  return value < 10 ? writeText(out, at, `0${value}`) : writeText(out, at, String(value));
}

/** An IPv4 address, with `separator` between its numbers: a dot, or the dash of host names. */
export function writeAddress(out: Buffer, at: number, address: number, separator: '.' | '-'): number {
  let end = at;
  for (let shift = 24; shift >= 0; shift -= 8) {
    end = writeText(out, end, DECIMAL[(address >>> shift) & 255] ?? '');
    if (shift > 0) {
      out[end] = separator === '.' ? 46 : 45;
      end += 1;
    }
  }
  return end;
}

const HEX = Array.from('0123456789abcdef', digit => digit.charCodeAt(0));
const DECIMAL = Array.from({ length: 256 }, (_, value) => String(value));

/** 2026-01-31T23:59:59.000Z */
export function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
