import { homedir } from 'node:os';
import path from 'node:path';

/** What the command line takes from the environment. */
export interface CliSettings {
  /** CAUSEWAY_URL: the server to talk to. */
  readonly url: string | undefined;
  /** CAUSEWAY_TOKEN: an API token, instead of the one that `login` stored. */
  readonly token: string | undefined;
  /** Where `login` stores its token: $XDG_CONFIG_HOME/causeway or ~/.config/causeway. */
  readonly configDir: string;
  /** NO_COLOR: colour nothing, also on a terminal (https://no-color.org). */
  readonly noColour: boolean;
}

/** The command line's own place that reads the environment; the server's is src/config.ts. */
export function readCliSettings(env: Readonly<Record<string, string | undefined>> = process.env): CliSettings {
  const base = env.XDG_CONFIG_HOME || path.join(homedir(), '.config');
  return {
    url: env.CAUSEWAY_URL || undefined,
    token: env.CAUSEWAY_TOKEN || undefined,
    configDir: path.join(base, 'causeway'),
    noColour: Boolean(env.NO_COLOR),
  };
}
