import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type MetadataService, startMetadataService } from '../../simulator/metadata-service.ts';
import { addRole } from '../../simulator/world/build.ts';
import { assumeRolePolicy } from '../../simulator/world/policies.ts';
import type { AccountsDeps } from '../../src/accounts/deps.ts';
import type { BaseAccountInput } from '../../src/accounts/shapes.ts';
import { closeAws, openAws } from '../../src/aws/aws.ts';
import type { MachineSettings } from '../../src/aws/machine.ts';
import { type Causeway, PRODUCTION, SECURITY, trustOf } from './support.ts';

export const HUB_ROLE = 'CausewayHub';
export const HUB_ROLE_ARN = `arn:aws:iam::${SECURITY}:role/workload/${HUB_ROLE}`;
const ISSUER = 'https://tokens.example.com/cluster-1';

/** A machine whose own role, in SECURITY, may assume roles. */
export interface KeylessBed extends AsyncDisposable {
  readonly metadata: MetadataService;
  /** A directory of this test's own. */
  readonly directory: string;
  readonly tokenFile: string;
  readonly machine: MachineSettings;
  /** With connections and caches of its own, as a process that just started. */
  deps(machine?: MachineSettings): AccountsDeps;
  writeToken(change?: { sub?: string; exp?: number }): void;
  /** A base account in SECURITY of a keyless kind. */
  input(
    kind: 'instance-profile' | 'container-role' | 'web-identity',
    change?: Partial<BaseAccountInput>,
  ): BaseAccountInput;
}

export async function openKeylessBed(causeway: Causeway): Promise<KeylessBed> {
  const { world } = causeway;
  addRole(world, SECURITY, {
    name: HUB_ROLE,
    path: '/workload/',
    trustPolicy: {
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' },
        {
          Effect: 'Allow',
          Principal: { Federated: `arn:aws:iam::${SECURITY}:oidc-provider/tokens.example.com/cluster-1` },
          Action: 'sts:AssumeRoleWithWebIdentity',
          Condition: {
            StringEquals: {
              'tokens.example.com/cluster-1:aud': 'sts.amazonaws.com',
              'tokens.example.com/cluster-1:sub': 'causeway',
            },
          },
        },
      ],
    },
    inlinePolicies: { AssumeRoles: assumeRolePolicy() },
  });
  trustOf(world, PRODUCTION, [SECURITY]);
  const { clock } = causeway;
  const metadata = await startMetadataService({ world, accountId: SECURITY, roleName: HUB_ROLE, clock });
  const directory = mkdtempSync(path.join(tmpdir(), 'causeway-keyless-'));
  const tokenFile = path.join(directory, 'token');
  const containerTokenFile = path.join(directory, 'container-token');
  writeFileSync(containerTokenFile, `${metadata.authorization}\n`);
  const machine = { metadataEndpoint: metadata.endpoint, containerFullUri: metadata.containerUri, containerTokenFile };
  const opened: AccountsDeps[] = [];
  const bed: KeylessBed = {
    metadata,
    directory,
    tokenFile,
    machine,
    deps(given = machine) {
      const { clock, ids, endpoints } = causeway.deps.aws;
      const deps = { ...causeway.deps, aws: openAws({ clock, ids, endpoints, machine: given }) };
      opened.push(deps);
      return deps;
    },
    writeToken({ sub = 'causeway', exp = Math.floor(Date.now() / 1_000) + 600 } = {}) {
      const claims = { iss: ISSUER, aud: 'sts.amazonaws.com', sub, exp };
      writeFileSync(tokenFile, [{ alg: 'RS256' }, claims, 'signature'].map(encoded).join('.'));
    },
    input: (credentialsKind, change = {}) => ({
      title: 'Central Security',
      accountType: 'global',
      accountId: SECURITY,
      credentialsKind,
      ...(credentialsKind === 'web-identity' ? { identityRoleArn: HUB_ROLE_ARN, tokenFile } : {}),
      useInAssetView: false,
      cutover: 'safe',
      saveUnverified: false,
      ...change,
    }),
    async [Symbol.asyncDispose]() {
      for (const { aws } of opened) closeAws(aws);
      await metadata.close();
      rmSync(directory, { recursive: true });
    },
  };
  bed.writeToken();
  return bed;
}

function encoded(part: unknown): string {
  return Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url');
}
