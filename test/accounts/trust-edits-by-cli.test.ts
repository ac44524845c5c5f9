import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { accountOf, addAccount, addRole } from '../../simulator/world/build.ts';
import { addHub, type HubCredentials } from '../../simulator/world/hub.ts';
import { readPolicy, trustPolicy } from '../../simulator/world/policies.ts';
import { createBaseAccount } from '../../src/accounts/base-accounts.ts';
import { checkConnector } from '../../src/accounts/check.ts';
import { createConnector, getConnector } from '../../src/accounts/connectors.ts';
import { trustEdits } from '../../src/accounts/trust-edits/trust-edits.ts';
import {
  baseAccountInput,
  type Causeway,
  connectorInput,
  EXTERNAL_ID,
  keyOf,
  must,
  PLATFORM,
  SECURITY,
  startCauseway,
} from './support.ts';

/** The script for the AWS CLI, run by bash with the real CLI against simulated AWS. */
const aws = await new Promise<boolean>(resolve => {
  const version = spawn('aws', ['--version'], { stdio: 'ignore' });
  version.on('error', () => resolve(false));
  version.on('exit', code => resolve(code === 0));
});
if (!aws) process.stderr.write('SKIPPED: the AWS CLI is not on this machine; its script is not tested\n');

const actor = 'user:ada';
const ADMIN = '777777777777';
const ODD_PATH = `/a'b$(touch)\`"\${c}\\*!/`;
const ODD_NAME = 'Rea+d=e,r.@-_1';
const members = {
  /** Its policy can be read and has a statement of its own. */
  known: '600000000001',
  /** It may not read its own policy. */
  unknown: '600000000002',
  /** Somebody edits its policy after the script was made. */
  edited: '600000000003',
  /** Nobody can get into the account as administrator. */
  closed: '600000000004',
  odd: '600000000005',
};
const OWN = { Sid: 'Own', Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' };

let causeway: Causeway;
let admin: HubCredentials;
let directory: string;
const ids = new Map<string, string>();

describe.skipIf(!aws)('the script for the AWS CLI', () => {
  beforeAll(async () => {
    causeway = await startCauseway();
    const { world } = causeway;
    addAccount(world, { id: ADMIN, name: 'Management' });
    admin = addHub(world, ADMIN, 'admin');
    const all = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'iam:*', Resource: '*' }] };
    accountOf(world, ADMIN).users.admin!.inlinePolicies.Iam = all; // addHub has just made it
    for (const [kind, id] of [...Object.entries(members), ['own', ADMIN] as const]) {
      if (id !== ADMIN) addAccount(world, { id, name: kind });
      const trust: Trust = JSON.parse(
        JSON.stringify(trustPolicy({ partition: 'aws', accountIds: [PLATFORM], externalId: EXTERNAL_ID })),
      );
      if (kind === 'known') trust.Statement.unshift(OWN);
      if (kind === 'unknown') trust.Statement[0] = { Sid: 'CausewayHub', ...trust.Statement[0] };
      addRole(world, id, {
        name: kind === 'odd' ? ODD_NAME : 'Reader',
        path: kind === 'odd' ? ODD_PATH : '/',
        trustPolicy: trust,
        inlinePolicies: { Read: readPolicy({ without: kind === 'unknown' ? ['iam:GetRole'] : [] }) },
      });
      if (kind === 'closed' || id === ADMIN) continue;
      addRole(world, id, {
        name: 'OrganizationAccountAccessRole',
        trustPolicy: trustPolicy({ partition: 'aws', accountIds: [ADMIN] }),
        inlinePolicies: { All: all },
      });
    }
  });
  beforeEach(() => {
    directory = mkdtempSync(path.join(tmpdir(), 'causeway-script-'));
    return () => rmSync(directory, { recursive: true });
  });
  afterAll(() => causeway.stop());

  it('changes the roles whose policy it knows, refuses and names the others, and the connectors move', async () => {
    const { deps } = causeway;
    for (const id of [...Object.values(members), ADMIN]) {
      const roleArn =
        id === members.odd ? `arn:aws:iam::${id}:role${ODD_PATH}${ODD_NAME}` : `arn:aws:iam::${id}:role/Reader`;
      const made = must(await createConnector(deps, { input: connectorInput(id, { roleArn }), actor }));
      ids.set(id, made.id);
      expect(must(await checkConnector(deps, { id: made.id, actor }))).toMatchObject({ outcome: 'ok' });
    }
    must(await createBaseAccount(deps, { input: baseAccountInput(keyOf(causeway, SECURITY)), actor }));
    const wanted = { accountType: 'global', format: 'aws-cli', form: 'overlap' } as const;
    const { files, roles, leftOut } = await trustEdits(deps, wanted, { actions: [] });
    expect({ roles, leftOut }).toEqual({ roles: 6, leftOut: [] });
    writeFileSync(path.join(directory, 'change.sh'), files[0]?.content ?? '');
    const edited = accountOf(causeway.world, members.edited).roles.Reader;
    if (edited) edited.trustPolicy = JSON.parse(JSON.stringify(edited.trustPolicy).replace(EXTERNAL_ID, 'another'));

    const before = policies();
    const dry = await run('--dry-run');
    expect(policies()).toEqual(before);
    expect(dry.output).toContain('changed 4, unchanged 0, refused 1, failed 1 of 6 roles');
    expect(dry.output).toContain('Nothing was changed');

    const first = await run();
    expect(first.output).toContain('changed 4, unchanged 0, refused 1, failed 1 of 6 roles');
    expect(first.output).toMatch(/REFUSED +arn:aws:iam::600000000003:role\/Reader: its policy is not the one/);
    expect(first.output).toMatch(/FAILED +account 600000000004: .*AccessDenied/);
    expect(first.status).toBe(1);
    expect(policies().known?.Statement[0]).toEqual(OWN);
    const backups = readdirSync(directory).find(name => name.startsWith('causeway-trust-backup-')) ?? '';
    expect(readdirSync(path.join(directory, backups)).sort()).toEqual(
      [`${members.known}-Reader`, `${members.unknown}-Reader`, `${members.odd}-${ODD_NAME}`, `${ADMIN}-Reader`]
        .map(name => `${name}.json`)
        .sort(),
    );
    const kept = readFileSync(path.join(directory, backups, `${members.known}-Reader.json`), 'utf8');
    expect(JSON.parse(kept)).toEqual(before.known);

    for (const id of ids.values()) await checkConnector(deps, { id, actor });
    for (const [member, id] of ids) {
      const { currentHub } = must(await getConnector(deps, id));
      const stays = member === members.edited || member === members.closed;
      expect([member, currentHub?.accountId]).toEqual([member, stays ? PLATFORM : SECURITY]);
    }

    // In two parts: what is done stays, and what was refused is replaced when that is said.
    const parts = await Promise.all(['1/2', '2/2'].map(part => run('--replace-unknown', '--part', part)));
    const sums = parts.map(({ output }) =>
      /changed (\d), unchanged (\d), refused (\d), failed (\d)/.exec(output)?.slice(1),
    );
    expect([0, 1, 2, 3].map(i => sums.reduce((sum, part) => sum + Number(part?.[i]), 0))).toEqual([1, 4, 0, 1]);
  }, 300_000);

  it('says what is wrong when it is called with another option, or with credentials that do not work', async () => {
    const { files } = await trustEdits(
      causeway.deps,
      { accountType: 'global', format: 'aws-cli', form: 'final', state: 'on-target' },
      { actions: [] },
    );
    writeFileSync(path.join(directory, 'change.sh'), files[0]?.content ?? '');
    expect(await run('--dryrun')).toMatchObject({
      status: 2,
      output: expect.stringContaining('unknown option: --dryrun'),
    });
    admin = { ...admin, secretAccessKey: 'wrong' };
    expect(await run()).toMatchObject({ status: 2, output: expect.stringContaining('no AWS credentials that work') });
  }, 60_000);
});

interface Trust {
  Statement: Record<string, unknown>[];
}

/** The trust policies of the members as they are in AWS. */
function policies(): Partial<Record<keyof typeof members, Trust>> {
  return JSON.parse(
    JSON.stringify(
      Object.fromEntries(
        Object.entries(members).map(([kind, id]) => {
          const { roles } = accountOf(causeway.world, id);
          return [kind, (roles.Reader ?? roles[ODD_NAME])?.trustPolicy];
        }),
      ),
    ),
  );
}

async function run(...options: string[]): Promise<{ status: number | null; output: string }> {
  const script = spawn('bash', ['change.sh', ...options], {
    cwd: directory,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH,
      HOME: directory,
      AWS_ENDPOINT_URL: causeway.deps.aws.endpoints.all,
      AWS_ACCESS_KEY_ID: admin.accessKeyId,
      AWS_SECRET_ACCESS_KEY: admin.secretAccessKey,
    },
  });
  const [output, errors] = await Promise.all([text(script.stdout), text(script.stderr), once(script, 'exit')]);
  return { status: script.exitCode, output: output + errors };
}
