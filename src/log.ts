import { type Logger, pino } from 'pino';

/** One line per outcome: `log.info({ connectorId, items }, 'scope observed')`. Messages are static, facts are fields. */
export type Log = Pick<Logger, 'debug' | 'info' | 'warn' | 'error' | 'child'>;

/** Fields that never reach a log line, wherever somebody puts them. The last line of defence, not the first. */
const SECRET_FIELDS = [
  'secretAccessKey',
  'sessionToken',
  'password',
  'token',
  'masterKey',
  'authorization',
  'cookie',
  'csrfToken',
];

export function openLog({ level, pretty }: { level: string; pretty?: boolean }): Log {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: label => ({ level: label }) },
      redact: { paths: SECRET_FIELDS.flatMap(field => [field, `*.${field}`, `*.*.${field}`]), censor: '[secret]' },
    },
    pretty ? humanStream() : pino.destination({ dest: 2, sync: true }),
  );
}

/** A log that says nothing; for tests and for commands whose output is for people. */
export const silentLog: Log = pino({ level: 'silent' });

/** Lines for people at a terminal: time, level when it is bad, message, facts. */
function humanStream(): { write(line: string): void } {
  return {
    write(line) {
      const { level, time, msg, ...facts } = JSON.parse(line);
      const mark = level === 'info' || level === 'debug' ? '' : `${String(level).toUpperCase()} `;
      const shown = Object.entries(facts).map(
        ([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
      );
      process.stderr.write(
        `${String(time).slice(11, 19)} ${mark}${msg}${shown.length > 0 ? `  ${shown.join(' ')}` : ''}\n`,
      );
    },
  };
}
