import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** What `causeway login` stores: a token, and the one server that it is for. */
export interface StoredCredentials {
  readonly url: string;
  readonly token: string;
  /** Absent when the token was given and not made by `login`. */
  readonly tokenId?: string;
}

export async function readCredentials(configDir: string): Promise<StoredCredentials | undefined> {
  let text: string;
  try {
    text = await readFile(fileIn(configDir), 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
  return parseCredentials(text);
}

/** Only the user may read the file, from its first moment; a crash leaves the old one or the new one. */
export async function writeCredentials(configDir: string, credentials: StoredCredentials): Promise<string> {
  await mkdir(configDir, { recursive: true, mode: 0o700 });
  const file = fileIn(configDir);
  const unfinished = `${file}.new`;
  await rm(unfinished, { force: true });
  await writeFile(unfinished, `${JSON.stringify(credentials, null, 2)}\n`, { mode: 0o600 });
  await rename(unfinished, file);
  return file;
}

export async function deleteCredentials(configDir: string): Promise<void> {
  await rm(fileIn(configDir), { force: true });
}

function fileIn(configDir: string): string {
  return path.join(configDir, 'credentials.json');
}

/** A file that somebody damaged is as good as none: signing in again writes a new one. */
function parseCredentials(text: string): StoredCredentials | undefined {
  let stored: unknown;
  try {
    stored = JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  if (typeof stored !== 'object' || stored === null || !('url' in stored) || !('token' in stored)) return undefined;
  if (typeof stored.url !== 'string' || typeof stored.token !== 'string') return undefined;
  const tokenId = 'tokenId' in stored && typeof stored.tokenId === 'string' ? stored.tokenId : undefined;
  return { url: stored.url, token: stored.token, ...(tokenId === undefined ? {} : { tokenId }) };
}
