import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Command } from 'commander';
import { buildClientCommands } from '../../src/cli/commands.ts';
import type { Io } from '../../src/cli/io.ts';
import { systemClock } from '../../src/domain/clock.ts';

export interface Ran {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandLine {
  readonly configDir: string;
  /**
   * Runs one command; `stdin` is what is piped into it, `answers` what somebody types when asked; on a
   * `terminal` there are colours and lines that change.
   */
  run(
    args: readonly string[],
    given?: { stdin?: string; answers?: string[]; url?: string; token?: string; terminal?: boolean },
  ): Promise<Ran>;
  /** Runs one with --json and gives what it printed. */
  // biome-ignore lint/suspicious/noExplicitAny: what a command prints is told by expect()
  json(args: readonly string[], given?: { stdin?: string }): Promise<any>;
  remove(): Promise<void>;
}

/** The command line with a home of its own, talking to `url`. */
export async function commandLine(url?: string): Promise<CommandLine> {
  const configDir = await mkdtemp(path.join(tmpdir(), 'causeway-cli-'));
  const run: CommandLine['run'] = async (args, given = {}) => {
    const out = { stdout: '', stderr: '', exitCode: 0 };
    const answers = [...(given.answers ?? [])];
    const io: Io = {
      settings: { url: given.url ?? url, token: given.token, configDir, noColour: false },
      clock: systemClock,
      interactive: given.answers !== undefined,
      colour: given.terminal === true,
      errorTerminal: given.terminal === true,
      write(text) {
        out.stdout += text;
      },
      writeError(text) {
        out.stderr += text;
      },
      readStdin: async () => given.stdin ?? '',
      askSecret: async () => answers.shift(),
      askText: async () => answers.shift(),
      askYesNo: async () => answers.shift() === 'yes',
      sleep: ms => new Promise(resolve => setTimeout(resolve, Math.min(ms, 50))),
      exitWith(code) {
        out.exitCode = code;
      },
      endNow: code => {
        out.exitCode = code;
        throw new EndedNow();
      },
    };
    const program = new Command('causeway').configureOutput({ writeOut: io.write, writeErr: io.writeError });
    buildClientCommands(program, io);
    await program.parseAsync([...args], { from: 'user' }).catch((error: unknown) => {
      if (!(error instanceof EndedNow)) throw error;
    });
    return out;
  };
  return {
    configDir,
    run,
    async json(args, given) {
      const ran = await run([...args, '--json'], given);
      if (ran.exitCode !== 0) throw new Error(`${args.join(' ')} ended with ${ran.exitCode}: ${ran.stderr}`);
      return JSON.parse(ran.stdout);
    },
    remove: () => rm(configDir, { recursive: true }),
  };
}

class EndedNow extends Error {}
