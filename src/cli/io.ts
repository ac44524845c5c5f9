import { text } from 'node:stream/consumers';
import { type Clock, systemClock } from '../domain/clock.ts';
import { type CliSettings, readCliSettings } from './settings.ts';

/** Everything through which a command touches the world besides the API; tests give their own. */
export interface Io {
  readonly settings: CliSettings;
  readonly clock: Clock;
  /** Whether somebody sits in front of it who can answer questions. */
  readonly interactive: boolean;
  /** Whether what is printed may be coloured: it goes to a terminal, and nobody said NO_COLOR. */
  readonly colour: boolean;
  /** Whether standard error is a terminal, where a line can be written over. */
  readonly errorTerminal: boolean;
  write(text: string): void;
  writeError(text: string): void;
  /** Everything on standard input, without the line break at its end. */
  readStdin(): Promise<string>;
  /** Asks without showing what is typed; undefined when the question was cancelled. */
  askSecret(question: string): Promise<string | undefined>;
  askText(question: string): Promise<string | undefined>;
  askYesNo(question: string): Promise<boolean>;
  sleep(ms: number): Promise<void>;
  /** The exit code for when the command is done. */
  exitWith(code: number): void;
  endNow(code: number): never;
}

export function systemIo(): Io {
  const settings = readCliSettings();
  return {
    settings,
    clock: systemClock,
    interactive: process.stdin.isTTY === true && process.stderr.isTTY === true,
    colour: process.stdout.isTTY === true && !settings.noColour,
    errorTerminal: process.stderr.isTTY === true,
    write: line => void process.stdout.write(line),
    writeError: line => void process.stderr.write(line),
    readStdin: async () => (await text(process.stdin)).replace(/\r?\n$/, ''),
    async askSecret(message) {
      const { isCancel, password } = await import('@clack/prompts');
      const given = await password({ message, output: process.stderr });
      return isCancel(given) ? undefined : given;
    },
    async askText(message) {
      const { isCancel, text: ask } = await import('@clack/prompts');
      const given = await ask({ message, output: process.stderr });
      return isCancel(given) ? undefined : given;
    },
    async askYesNo(message) {
      const { confirm } = await import('@clack/prompts');
      return (await confirm({ message, initialValue: false, output: process.stderr })) === true;
    },
    sleep: ms => new Promise(resolve => setTimeout(resolve, ms)),
    exitWith(code) {
      process.exitCode = code;
    },
    endNow: code => process.exit(code),
  };
}
