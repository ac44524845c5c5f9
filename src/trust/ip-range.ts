import { type Truth, truth } from './truth.ts';

/**
 * Whether an address lies in a range in CIDR notation; unknown when either cannot be read. Without a prefix length AWS
 * takes /32 (IAM User Guide, "IP address condition operators"), which for IPv6 is documented but not believable, so an
 * IPv6 address that shares only those 32 bits is unknown.
 */
export function inRange(range: string, address: string): Truth {
  const [base, prefix, ...rest] = range.split('/');
  const from = readAddress(base ?? '');
  const ip = readAddress(address);
  if (!from || !ip || rest.length > 0) return 'unknown';
  if (from.bits !== ip.bits) return 'no';
  if (prefix !== undefined && !/^\d{1,3}$/.test(prefix)) return 'unknown';
  const length = prefix === undefined ? from.bits : Number(prefix);
  if (length > from.bits) return 'unknown';
  const sharesBits = (count: number) => from.value >> BigInt(from.bits - count) === ip.value >> BigInt(ip.bits - count);
  if (sharesBits(length)) return 'yes';
  return prefix === undefined && from.bits === 128 && sharesBits(32) ? 'unknown' : truth(false);
}

interface Address {
  readonly bits: 32 | 128;
  readonly value: bigint;
}

function readAddress(text: string): Address | undefined {
  if (text.length > 45) return undefined;
  return text.includes(':') ? readIpv6(text) : readIpv4(text);
}

function readIpv4(text: string): Address | undefined {
  const parts = text.split('.');
  const valid = parts.length === 4 && parts.every(part => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255);
  if (!valid) return undefined;
  return { bits: 32, value: parts.reduce((value, part) => (value << 8n) | BigInt(part), 0n) };
}

function readIpv6(text: string): Address | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [left, right] = halves.map(half => (half === '' ? [] : half.split(':')));
  const groups = [...(left ?? []), ...(right ?? [])];
  if (!groups.every(group => /^[0-9a-fA-F]{1,4}$/.test(group))) return undefined;
  const missing = 8 - groups.length;
  if (right === undefined ? missing !== 0 : missing < 1) return undefined;
  const all = [...(left ?? []), ...Array.from({ length: missing }, () => '0'), ...(right ?? [])];
  return { bits: 128, value: all.reduce((value, group) => (value << 16n) | BigInt(`0x${group}`), 0n) };
}
