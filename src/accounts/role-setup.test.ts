import { describe, expect, it } from 'vitest';
import { PARTITIONS } from '../domain/partition.ts';
import { READ_ACTIONS } from '../inventory/registry.ts';
import { roleSetup, type WantedRole } from './role-setup.ts';

const wanted = (change: Partial<WantedRole> = {}): WantedRole => ({
  facts: PARTITIONS[0],
  trusted: { kind: 'base-account', accountId: '111111111111' },
  roleName: 'Reader',
  path: '/',
  externalId: 'causeway-x_1',
  accountId: '222222222222',
  actions: ['ec2:DescribeVpcs', 'ec2:DescribeInstances', 'ec2:DescribeVpcs'],
  ...change,
});

describe('a role to be set up', () => {
  it('trusts the hub’s account, with the external ID and nothing else', () => {
    expect(roleSetup(wanted()).trustPolicy).toEqual({
      Version: '2012-10-17',
      Statement: [
        {
          Sid: 'CausewayHub',
          Effect: 'Allow',
          Principal: { AWS: 'arn:aws:iam::111111111111:root' },
          Action: 'sts:AssumeRole',
          Condition: { StringEquals: { 'sts:ExternalId': 'causeway-x_1' } },
        },
      ],
    });
  });

  it('may do what the asset types need, each action once', () => {
    expect(roleSetup(wanted()).permissionsPolicy).toHaveProperty('Statement.0', {
      Sid: 'CausewayRead',
      Effect: 'Allow',
      Action: ['ec2:DescribeInstances', 'ec2:DescribeVpcs'],
      Resource: '*',
    });
  });

  it.each([
    ['222222222222', '/', 'arn:aws:iam::222222222222:role/Reader'],
    ['222222222222', '/audit/', 'arn:aws:iam::222222222222:role/audit/Reader'],
    // In whichever account it is made, this is that account's role and no other.
    [null, '/audit/', 'arn:aws:iam::*:role/audit/Reader'],
  ])(
    'in account %s under %s may see itself, so that its trust policy can be read, and no other role',
    (accountId, path, arn) => {
      expect(roleSetup(wanted({ accountId, path })).permissionsPolicy).toHaveProperty('Statement.1', {
        Sid: 'CausewayReadOwnTrust',
        Effect: 'Allow',
        Action: 'iam:GetRole',
        Resource: arn,
      });
    },
  );

  it('keeps the limits of IAM with the actions of every asset type', () => {
    const { permissionsPolicy, cloudFormationTemplate } = roleSetup(wanted({ actions: READ_ACTIONS }));
    // IAM counts no white space: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
    expect(JSON.stringify(permissionsPolicy).length).toBeLessThan(10_240);
    // CloudFormation, of a template that is passed and not uploaded.
    expect(cloudFormationTemplate.length).toBeLessThan(51_200);
  });

  it.each(PARTITIONS.map(facts => [facts.partition, facts] as const))(
    'is of partition %s everywhere',
    (partition, facts) => {
      const { trustPolicy, permissionsPolicy, cloudFormationTemplate, terraform, awsCli } = roleSetup(
        wanted({ facts }),
      );
      for (const text of [
        JSON.stringify(trustPolicy),
        JSON.stringify(permissionsPolicy),
        cloudFormationTemplate,
        terraform,
        awsCli,
      ]) {
        const partitions = [...text.matchAll(/arn:([\w-]+):iam/g)].map(match => match[1]);
        expect(new Set(partitions)).toEqual(new Set([partition]));
      }
      expect(awsCli).toContain(`--region ${facts.stsRegion}`);
    },
  );

  it('is the same role in the template, in Terraform and on the command line', () => {
    const setup = roleSetup(wanted({ path: '/audit/' }));
    const template = JSON.parse(setup.cloudFormationTemplate);
    expect(template.Resources.CausewayRole.Properties).toMatchObject({
      RoleName: 'Reader',
      Path: '/audit/',
      AssumeRolePolicyDocument: setup.trustPolicy,
      Policies: [{ PolicyDocument: setup.permissionsPolicy }],
    });
    const [trust, permissions] = [...setup.terraform.matchAll(/jsonencode\((.*?)\)\n/gs)].map(match =>
      JSON.parse(match[1] ?? ''),
    );
    expect(trust).toEqual(setup.trustPolicy);
    expect(permissions).toEqual(setup.permissionsPolicy);
    const documents = [...setup.awsCli.matchAll(/document '(.*)'/g)].map(match => JSON.parse(match[1] ?? ''));
    expect(documents).toEqual([setup.trustPolicy, setup.permissionsPolicy, setup.trustPolicy]);
    expect(setup.awsCli).toContain("--path '/audit/'");
  });

  it('has a visible gap where no hub is there to trust', () => {
    const { trusted, trustPolicy } = roleSetup(wanted({ trusted: null }));
    expect(trusted).toBeNull();
    expect(JSON.stringify(trustPolicy)).toContain('arn:aws:iam::HUB-ACCOUNT-ID:root');
  });

  it('cannot break out of a shell’s or Terraform’s quotes', () => {
    const path = `/it's-$${'{var.x}'}-%{if}/`;
    const { awsCli, terraform } = roleSetup(wanted({ path }));
    expect(awsCli).toContain(`--path '/it'\\''s-\${var.x}-%{if}/'`);
    expect(terraform).toContain('path               = "/it\'s-$${var.x}-%%{if}/"');
  });
});
