import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { HubCredentials } from '../../simulator/world/hub.ts';

/** Writes the platform account's settings as an owner would; answers the file for CAUSEWAY_PLATFORM_ACCOUNTS. */
export function writePlatformAccounts(
  directory: string,
  accounts: Record<string, Pick<HubCredentials, 'accountId' | 'accessKeyId' | 'secretAccessKey'>>,
): string {
  const file = path.join(directory, 'platform-accounts.json');
  const settings = Object.fromEntries(
    Object.entries(accounts).map(([accountType, { accountId, accessKeyId, secretAccessKey }]) => [
      accountType,
      { accountId, credentials: { kind: 'access-key', accessKeyId, secretAccessKey } },
    ]),
  );
  writeFileSync(file, JSON.stringify(settings), { mode: 0o600 });
  return file;
}
