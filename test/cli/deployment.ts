import { startSimulation } from '../../simulator/simulation.ts';
import { type Guide, sampleOrganisation } from '../../simulator/world/sample-organisation.ts';
import type { World } from '../../simulator/world/world.ts';
import { createUser } from '../../src/accounts/people.ts';
import { createVault } from '../../src/accounts/vault.ts';
import { startApiServer } from '../../src/api/server.ts';
import { closeAws, openAws } from '../../src/aws/aws.ts';
import { systemClock as clock } from '../../src/domain/clock.ts';
import { systemIds as ids } from '../../src/domain/ids.ts';
import { ROLES } from '../../src/domain/role.ts';
import { startQueue } from '../../src/jobs/queue.ts';
import { startWorker } from '../../src/jobs/worker.ts';
import { silentLog as log } from '../../src/log.ts';
import { createTestDatabase } from '../support/database.ts';
import { NETWORK_TYPES } from '../sync-sim/deps.ts';

export const PASSWORD = 'correct horse battery staple';

export interface Deployment {
  readonly url: string;
  readonly guide: Guide;
  readonly world: World;
  stop(): Promise<void>;
}

/** All of Causeway on simulated AWS with the sample organisation, and a user of every role named as the role. */
export async function startDeployment(): Promise<Deployment> {
  const organisation = sampleOrganisation({ seed: 1, now: new Date() });
  const simulation = await startSimulation({ makeWorld: () => organisation.world });
  const { db, connectionString, drop } = await createTestDatabase();
  const platform = organisation.guide.platformAccounts.global;
  if (!platform) throw new Error('the sample organisation has a Global platform account');
  const { accountId, accessKeyId, secretAccessKey } = platform;
  const aws = openAws({ clock, ids, endpoints: { all: simulation.endpoint, byService: {} } });
  const queue = await startQueue({ connectionString, log });
  const deps = {
    ...{ db, clock, ids, log, aws, queue },
    vault: createVault([{ version: 'test', bytes: Buffer.alloc(32, 7) }]),
    platformAccounts: { global: { accountId, credentials: { kind: 'access-key', accessKeyId, secretAccessKey } } },
  } as const;
  for (const role of ROLES) await createUser(deps, { username: role, password: PASSWORD, role }, 'system');
  const worker = await startWorker({ ...deps, assetTypes: NETWORK_TYPES });
  const server = await startApiServer(deps, { host: '127.0.0.1', port: 0, checkReplies: true });
  return {
    url: server.url,
    guide: organisation.guide,
    world: simulation.world,
    async stop() {
      await server.close();
      await worker.stop();
      await queue.stop();
      closeAws(aws);
      await drop();
      await simulation.stop();
    },
  };
}
