import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import path from 'node:path';
import { createVault, parseMasterKeys, type Vault } from '../accounts/vault.ts';
import type { Config } from '../config.ts';
import { fault } from '../domain/faults.ts';
import { failed, ok, type Result } from '../domain/result.ts';

/** The vault under the configured master keys; on the embedded default, a key file is made on the first start. */
export function openVault({ masterKey }: Pick<Config, 'masterKey'>): Result<Vault> {
  const text = masterKey.kind === 'text' ? ok(masterKey.text) : readKeyFile(masterKey);
  if (!text.ok) return text;
  const keys = parseMasterKeys(text.value, masterKey.kind === 'text' ? 'CAUSEWAY_MASTER_KEY' : masterKey.path);
  return keys.ok ? ok(createVault(keys.value)) : keys;
}

function readKeyFile(file: { path: string; create: boolean }): Result<string> {
  try {
    if (file.create) makeKeyFile(file.path);
    const mode = fs.statSync(file.path).mode;
    if ((mode & 0o077) !== 0) {
      return invalid(
        file.path,
        `Other users of this machine may read the master key file ${file.path}; run: chmod 600 ${file.path}`,
      );
    }
    return ok(fs.readFileSync(file.path, 'utf8'));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    return invalid(file.path, `The master key file ${file.path} cannot be used: ${error.message}.`);
  }
}

/** Whole or not at all: a half-written key would seal secrets that nobody could open again. */
function makeKeyFile(file: string): void {
  if (fs.existsSync(file)) return;
  fs.mkdirSync(path.dirname(file), { recursive: true });
  const draft = `${file}.${process.pid}`;
  fs.writeFileSync(draft, `${randomBytes(32).toString('base64')}\n`, { mode: 0o600, flush: true });
  try {
    fs.linkSync(draft, file);
  } catch (error) {
    // Another process was first; its key is the key.
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  } finally {
    fs.unlinkSync(draft);
  }
}

function invalid(subject: string, detail: string) {
  return failed(fault('invalid-setting', detail, { subject }));
}
