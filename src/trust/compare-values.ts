/**
 * Milliseconds since 1970 of a W3C date and time (YYYY-MM to YYYY-MM-DDThh:mm:ss.sTZD) or of epoch seconds; undefined
 * for anything else, and for four digits, which may be a year or seconds. IAM User Guide, "Date condition operators".
 */
export function readDate(text: string): number | undefined {
  if (/^\d{5,12}$/.test(text)) return Number(text) * 1_000;
  const [, year, month, day, hour, minute, second, fraction, zone] =
    /^([1-9]\d{3})-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d))?)?$/.exec(text) ?? [];
  if (year === undefined) return undefined;
  const [months, days] = [Number(month), Number(day ?? 1)];
  const [hours, minutes, seconds] = [Number(hour ?? 0), Number(minute ?? 0), Number(second ?? 0)];
  const daysInMonth = [31, isLeap(Number(year)) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][months - 1];
  if (daysInMonth === undefined || days < 1 || days > daysInMonth) return undefined;
  if (hours > 23 || minutes > 59 || seconds > 59) return undefined;
  const ms = Math.floor(Number(`0${fraction ?? ''}`) * 1_000);
  return Date.UTC(Number(year), months - 1, days, hours, minutes, seconds, ms) - offsetMs(zone ?? 'Z');
}

/** An integer or decimal number that a double holds exactly enough to compare; undefined for anything else. */
export function readNumber(text: string): number | undefined {
  if (!/^[+-]?\d+(\.\d+)?$/.test(text) || text.replace(/\D/g, '').length > EXACT_DIGITS) return undefined;
  return Number(text);
}

/** A double keeps this many decimal digits apart. */
const EXACT_DIGITS = 15;

export function readBoolean(text: string): boolean | undefined {
  const word = text.toLowerCase();
  if (word === 'true') return true;
  return word === 'false' ? false : undefined;
}

function isLeap(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

function offsetMs(zone: string): number {
  if (zone === 'Z') return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4, 6));
  return (zone.startsWith('-') ? -minutes : minutes) * 60_000;
}
