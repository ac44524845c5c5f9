import { createFaults } from '../../simulator/faults.ts';
import { startSimulatedAws } from '../../simulator/server.ts';
import { accountOf, addAccount } from '../../simulator/world/build.ts';
import { GENERATED_PLATFORM_ACCOUNT_ID, generatedExternalId, generateWorld } from '../../simulator/world/generate.ts';
import { addHub, type HubCredentials } from '../../simulator/world/hub.ts';
import { CONNECTOR_ROLE_NAME, trustPolicy } from '../../simulator/world/policies.ts';
import { systemClock } from '../../src/domain/clock.ts';

/**
 * Simulated AWS as a process of its own, with AWS's request rates: a base account that every member's role lets in beside
 * the platform account. Its one argument is the number of members; it sends `Ready` when it can be called, and answers
 * every message with `Stats`.
 */
export interface Ready {
  readonly endpoint: string;
  readonly platform: HubCredentials;
  readonly base: HubCredentials;
}

export interface Stats {
  readonly calls: number;
  readonly throttled: number;
  readonly cpuSeconds: number;
  readonly memoryMb: number;
}

const BASE = '111111111111';
const members = Number(process.argv[2]);
const world = generateWorld({ seed: 1, now: new Date(), accounts: members, instances: 0 });
addAccount(world, { id: BASE, name: 'Base' });
for (const account of Object.values(world.accounts)) {
  const role = account.roles[CONNECTOR_ROLE_NAME];
  if (!role) continue;
  role.trustPolicy = trustPolicy({
    partition: account.partition,
    accountIds: [GENERATED_PLATFORM_ACCOUNT_ID, BASE],
    externalId: generatedExternalId(account.id),
  });
}
const base = addHub(world, BASE, 'causeway');
const platform = addHub(world, accountOf(world, GENERATED_PLATFORM_ACCOUNT_ID).id, 'bench');

const { decide } = createFaults({ clock: systemClock, tokenBuckets: true });
let [calls, throttled] = [0, 0];
const { url: endpoint } = await startSimulatedAws({
  world,
  decideFault(request) {
    const decision = decide(request);
    calls += 1;
    if (decision.outcome.kind === 'error') throttled += 1;
    return decision;
  },
});
const startCpu = process.cpuUsage();
process.on('message', () => {
  const { user, system } = process.cpuUsage(startCpu);
  const memoryMb = Math.round(process.memoryUsage.rss() / 2 ** 20);
  send({ calls, throttled, cpuSeconds: (user + system) / 1e6, memoryMb } satisfies Stats);
});
process.on('disconnect', () => process.exit());
send({ endpoint, platform, base } satisfies Ready);

function send(message: Ready | Stats): void {
  process.send?.(message);
}
