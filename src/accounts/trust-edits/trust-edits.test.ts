import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { type AccountType, factsOfAccountType, PARTITIONS } from '../../domain/partition.ts';
import { evaluateTrust } from '../../trust/evaluate.ts';
import { parseTrustPolicy } from '../../trust/parse-policy.ts';
import { readAssumeRequest } from '../../trust/request.ts';
import { awsCliScript } from './aws-cli.ts';
import { cloudFormationTemplates } from './cloudformation.ts';
import { compact, type EditForm, type RoleEdit, type RoleToEdit, roleEdit } from './role-edit.ts';
import { stackSetTemplates } from './stack-set.ts';
import { terraformFiles } from './terraform.ts';

const TARGET = { kind: 'base-account', accountId: '111111111111' } as const;
const OLD = { kind: 'platform-account', accountId: '999900000001' } as const;
const EVIL_PATH = `a'b$(touch)\`"\${c}%{d}\\*!`;
const ACTIONS = ['ec2:DescribeInstances'];

function role(change: Partial<RoleToEdit> & { accountType?: AccountType } = {}): RoleToEdit {
  const { partition } = factsOfAccountType(change.accountType ?? 'global');
  return {
    connectorId: '00000000-0000-4000-8000-000000000001',
    name: 'Production\n# é',
    roleArn: `arn:${partition}:iam::222222222222:role/audit/Reader`,
    externalId: 'x-1234',
    policy: null,
    targetHub: TARGET,
    currentHub: OLD,
    formerHubs: [],
    ...change,
  };
}

function edit(change: Parameters<typeof role>[0] = {}, form: EditForm = 'overlap'): RoleEdit {
  const made = roleEdit(role(change), form);
  if (!('edit' in made)) throw new Error(made.leftOut.because);
  return made.edit;
}

function admits(document: unknown, hub: string, { role: { arn }, externalId }: RoleEdit): boolean {
  const policy = parseTrustPolicy(document);
  const request = readAssumeRequest({ roleArn: arn, principalArn: hub, externalId });
  if (!policy.ok || !request.ok) throw new Error('not a policy');
  return evaluateTrust(policy.value, request.value).decision === 'allowed';
}

const OWN = JSON.stringify({
  Version: '2012-10-17',
  Statement: [
    { Sid: 'Zoë', Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' },
    {
      Effect: 'Allow',
      Principal: { AWS: `arn:aws:iam::${OLD.accountId}:root` },
      Action: 'sts:AssumeRole',
      Condition: { StringEquals: { 'sts:ExternalId': 'x-1234' } },
    },
  ],
});

it('an edit of a known policy keeps what is in it and admits both hubs, or in its final form the target only', () => {
  const overlap = edit({ policy: OWN });
  const final = edit({ policy: OWN }, 'final');
  for (const one of [overlap, final]) {
    expect(JSON.stringify(one.after)).toContain('"Sid":"Zoë"');
    expect(admits(one.after, TARGET.accountId, one)).toBe(true);
    expect(one.from).toEqual({ kind: 'own', before: OWN.replace('ë', '\\u00eb') });
  }
  expect(admits(overlap.after, OLD.accountId, overlap)).toBe(true);
  expect(admits(final.after, OLD.accountId, final)).toBe(false);
});

it('an edit of an unknown policy is the proposed one, and knows the proposed ones that may be there before', () => {
  const overlap = edit();
  expect(overlap.after).toMatchObject({
    Statement: [{ Principal: { AWS: ['arn:aws:iam::111111111111:root', 'arn:aws:iam::999900000001:root'] } }],
  });
  const final = edit({}, 'final');
  expect(final.after).toMatchObject({ Statement: [{ Principal: { AWS: 'arn:aws:iam::111111111111:root' } }] });
  const befores = overlap.from.kind === 'standard' ? overlap.from.befores : [];
  expect(befores.map(text => JSON.parse(text).Statement[0].Principal.AWS)).toEqual([
    'arn:aws:iam::111111111111:root',
    'arn:aws:iam::999900000001:root',
  ]);
});

it('a role is left out with the reason when there is no hub, nothing to change, or a statement against it', () => {
  const because = (change: Partial<RoleToEdit>) => {
    const made = roleEdit(role(change), 'overlap');
    return 'leftOut' in made ? made.leftOut.because : 'edited';
  };
  expect(because({ targetHub: null })).toContain('neither a base account nor a platform account');
  expect(because({ policy: compact(edit({ policy: OWN }).after) })).toContain('as it should be already');
  const denying = { Version: '2012-10-17', Statement: [{ Effect: 'Deny', Principal: '*', Action: 'sts:*' }] };
  expect(because({ policy: JSON.stringify(denying) })).toContain('refuses the hub');
  expect(because({ policy: '{' })).toContain('cannot be edited');
});

it.each(PARTITIONS.map(({ accountType }) => accountType))('every format is of its partition: %s', accountType => {
  const facts = factsOfAccountType(accountType);
  const edits = [edit({ accountType })];
  const script = awsCliScript(edits, { facts, form: 'overlap', targetId: TARGET.accountId })[0]?.content ?? '';
  expect(script).toContain(`PARTITION=${facts.partition} `);
  expect(script).toContain(`REGION=${facts.stsRegion} `);
  const files = [
    ...cloudFormationTemplates(edits, { facts, actions: ACTIONS }),
    ...stackSetTemplates(edits, { facts, actions: ACTIONS }).files,
    ...terraformFiles(edits, { facts }),
  ].map(({ content }) => content);
  for (const content of [script, ...files]) {
    expect([...content.matchAll(/\barn:([a-z-]+):/g)].every(([, partition]) => partition === facts.partition)).toBe(
      true,
    );
    expect(content).toContain(`arn:${facts.partition}:iam::${TARGET.accountId}:root`);
  }
  expect(JSON.parse(files.at(-1) ?? '').provider.aws).toEqual({
    region: facts.stsRegion,
    allowed_account_ids: ['222222222222'],
  });
});

it('a template keeps the role with its name and path, and changes its trust', () => {
  const [file] = cloudFormationTemplates([edit({ policy: OWN })], {
    facts: factsOfAccountType('global'),
    actions: ACTIONS,
  });
  expect(JSON.parse(file?.content ?? '').Resources.CausewayRole).toMatchObject({
    Type: 'AWS::IAM::Role',
    Properties: {
      RoleName: 'Reader',
      Path: '/audit/',
      AssumeRolePolicyDocument: edit({ policy: OWN }).after,
      Policies: [{ PolicyName: 'causeway-read' }],
    },
  });
});

it('each role of an account has a file of its own, whatever is in its name', () => {
  const edits = ['a=b', 'a,b', 'a_b', 'a-b'].map(name => edit({ roleArn: `arn:aws:iam::222222222222:role/${name}` }));
  const files = cloudFormationTemplates(edits, { facts: factsOfAccountType('global'), actions: ACTIONS });
  expect(new Set(files.map(({ name }) => name)).size).toBe(edits.length);
  for (const { name } of files) expect(name).toMatch(/^[\w.@+~-]+$/);
});

it('templates for StackSets keep CloudFormation’s limits, and resolve to each account’s own policy', () => {
  const edits = Array.from({ length: 900 }, (_, i) =>
    edit({
      roleArn: `arn:aws:iam::${300_000_000_000 + Math.floor(i / 2)}:role/deep/path/${i % 2 ? 'Second' : 'Reader'}`,
      externalId: i === 0 ? 'x'.repeat(1_224) : `causeway-${i}`,
      ...(i % 3 === 0 ? { currentHub: TARGET } : {}),
    }),
  );
  const own = edit({ policy: OWN });
  const { files, leftOut } = stackSetTemplates([...edits, own], {
    facts: factsOfAccountType('global'),
    actions: ACTIONS,
  });
  expect(leftOut).toMatchObject([
    { roleArn: own.role.arn, because: expect.stringContaining('a template for many accounts') },
  ]);
  const seen = new Map<string, unknown>();
  for (const { content } of files) {
    expect(Buffer.byteLength(content)).toBeLessThanOrEqual(51_200);
    const { Mappings, Resources } = JSON.parse(content);
    expect(Object.keys(Mappings.Accounts).length).toBeLessThanOrEqual(200);
    for (const account of Object.keys(Mappings.Accounts)) {
      const { RoleName, Path, AssumeRolePolicyDocument } = resolved(
        Resources.CausewayRole.Properties,
        Mappings.Accounts[account],
      );
      seen.set(`arn:aws:iam::${account}:role${Path}${RoleName}`, AssumeRolePolicyDocument);
    }
  }
  expect(seen).toEqual(new Map(edits.map(one => [one.role.arn, one.after])));
});

it('a name, path or policy with characters that shells and templates take for their own stays as it is', () => {
  const odd = edit({
    roleArn: `arn:aws:iam::222222222222:role/${EVIL_PATH}/Rea+d=e,r.@-_1`,
    policy: OWN.replace('"x-1234"', `["x-1234","\${aws:username}%{x}'$(y)"]`),
  });
  const script = awsCliScript([odd], {
    facts: factsOfAccountType('global'),
    form: 'overlap',
    targetId: TARGET.accountId,
  });
  const calls = script[0]?.content.split('\n# Production # é: from its own policy\n')[1]?.split('\n\nsummary')[0] ?? '';
  const words = execFileSync('bash', ['-c', `role() { printf '%s\\0' "$@"; }\n${calls}`], { encoding: 'utf8' });
  const before = odd.from.kind === 'own' ? odd.from.before : '';
  expect(words.split('\0').slice(0, -1)).toEqual([
    '222222222222',
    odd.role.arn,
    'Rea+d=e,r.@-_1',
    compact(odd.after),
    before,
  ]);
  const [managed, imported] = terraformFiles([odd], { facts: factsOfAccountType('global') }).map(file => file.content);
  for (const content of [managed, imported]) expect(content).not.toMatch(/(?<![$%])[$%]\{/);
});

const terraform = spawnSync('terraform', ['version']).status === 0;
it.skipIf(!terraform)(
  'Terraform itself reads the map of policies as they are meant (needs terraform)',
  () => {
    const odd = edit({
      roleArn: `arn:aws:iam::222222222222:role/${EVIL_PATH}/Reader`,
      policy: OWN.replace('"x-1234"', `["x-1234","\${aws:username}%{x}"]`),
    });
    const directory = mkdtempSync(path.join(tmpdir(), 'causeway-terraform-'));
    try {
      const [managed] = terraformFiles([odd, edit()], { facts: factsOfAccountType('global') });
      writeFileSync(path.join(directory, 'a.tf.json'), managed?.content ?? '');
      writeFileSync(path.join(directory, 'b.tf'), 'output "all" { value = local.causeway_trust_policies }');
      const run = (...args: string[]) =>
        execFileSync('terraform', args, { cwd: directory, encoding: 'utf8', stdio: 'pipe' });
      run('init', '-backend=false', '-input=false');
      run('apply', '-auto-approve', '-input=false');
      expect(JSON.parse(run('output', '-json', 'all'))).toEqual(
        Object.fromEntries([odd, edit()].map(one => [one.role.arn, JSON.stringify(one.after)])),
      );
    } finally {
      rmSync(directory, { recursive: true });
    }
  },
  60_000,
);
if (!terraform)
  process.stderr.write('SKIPPED: terraform is not on this machine; its reading of the files is not tested\n');

it('10,000 roles are rendered in seconds', () => {
  const from = process.cpuUsage();
  const some = Array.from({ length: 1_000 }, (_, i) => edit({ policy: OWN, externalId: `causeway-${i}` }));
  const edits = Array.from({ length: 10 }, (_, n) =>
    some.map((one, i) => {
      const roleArn = `arn:aws:iam::${300_000_000_000 + 1_000 * n + i}:role/Reader`;
      return { ...one, role: edit({ roleArn }).role };
    }),
  ).flat();
  const facts = factsOfAccountType('global');
  const counts = [
    awsCliScript(edits, { facts, form: 'overlap', targetId: TARGET.accountId }),
    cloudFormationTemplates(edits, { facts: factsOfAccountType('global'), actions: ACTIONS }),
    terraformFiles(edits, { facts }),
    stackSetTemplates(edits, { facts, actions: ACTIONS }).leftOut,
  ].map(list => list.length);
  expect(counts).toEqual([1, 10_000, 10_001, 10_000]);
  expect(process.cpuUsage(from).user / 1e6).toBeLessThan(15);
}, 120_000);

/** As CloudFormation would in one account. */
function resolved(value: unknown, attributes: Record<string, string>) {
  return JSON.parse(JSON.stringify(value), (_, one) => {
    const found = one?.['Fn::FindInMap'];
    return found ? attributes[found[2]] : one;
  });
}
