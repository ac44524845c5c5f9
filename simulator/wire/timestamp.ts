import type { TimestampFormat } from './shape.ts';

/** A date, or ISO-8601 text, in one of AWS's formats. Text that already is what is wanted is not parsed. */
export function timestampText(value: unknown, format: TimestampFormat, milliseconds: boolean): string {
  if (typeof value === 'string' && format === 'date-time' && milliseconds) return value;
  const date = dateOf(value);
  switch (format) {
    case 'date-time':
      return milliseconds ? date.toISOString() : `${date.toISOString().slice(0, 19)}Z`;
    case 'http-date':
      return date.toUTCString();
    case 'epoch-seconds':
      return String(date.getTime() / 1000);
  }
}

export function dateOf(value: unknown): Date {
  const date = value instanceof Date ? value : new Date(String(value));
  if (Number.isNaN(date.getTime())) throw new Error(`an operation answered ${String(value)} as a time`);
  return date;
}
