import type { Hub } from '../domain/hub.ts';
import type { PartitionFacts } from '../domain/partition.ts';
import type { PolicyDocument, RoleSetup } from './shapes.ts';
import { shellText } from './shell-text.ts';

/** The role name that is proposed when a connector's role does not exist yet. */
export const DEFAULT_ROLE_NAME = 'CausewayReader';

/** Stands where the hub's account ID belongs while the account type has no hub. */
const NO_HUB = 'HUB-ACCOUNT-ID';
const POLICY_NAME = 'causeway-read';

export interface WantedRole {
  readonly facts: PartitionFacts;
  /** The hub that the role has to trust; null while there is none. */
  readonly trusted: Hub | null;
  readonly roleName: string;
  /** As IAM has it, such as `/` or `/audit/`. */
  readonly path: string;
  readonly externalId: string;
  /** The member account, where it is known. */
  readonly accountId: string | null;
  /** IAM actions of the asset types to be read. */
  readonly actions: readonly string[];
}

/** The role that somebody makes in a member account, as policies and as three ways to make it. */
export function roleSetup(role: WantedRole): RoleSetup {
  const { facts, trusted, externalId } = role;
  const trust = trustPolicy({ facts, trusted: trusted ? [trusted] : [], externalId });
  const permissions = permissionsPolicy(role);
  return {
    trusted: role.trusted,
    roleName: role.roleName,
    externalId: role.externalId,
    trustPolicy: trust,
    permissionsPolicy: permissions,
    cloudFormationTemplate: cloudFormationTemplate(role, { trust, permissions }),
    terraform: terraform(role, { trust, permissions }),
    awsCli: awsCli(role, { trust, permissions }),
  };
}

/**
 * Lets the hubs' accounts in with the external ID and nobody else. The account as a whole is trusted, because that is what
 * keeps working when the hub's user or key is replaced; which identity of the account may come is the hub's own policy.
 */
export function trustPolicy({
  facts,
  trusted,
  externalId,
}: {
  facts: PartitionFacts;
  trusted: readonly Hub[];
  externalId: string;
}): PolicyDocument {
  const [only = NO_HUB, ...more] = trusted.map(({ accountId }) => accountId);
  const arnOf = (accountId: string) => `arn:${facts.partition}:iam::${accountId}:root`;
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'CausewayHub',
        Effect: 'Allow',
        Principal: { AWS: more.length > 0 ? [only, ...more].map(arnOf) : arnOf(only) },
        Action: 'sts:AssumeRole',
        Condition: { StringEquals: { 'sts:ExternalId': externalId } },
      },
    ],
  };
}

/**
 * What is read, and the role itself, whose trust policy says why a hub is refused. IAM acts in the role's own account only,
 * so while that is not known a wildcard in its place allows no more.
 */
export function permissionsPolicy({
  facts,
  accountId,
  roleName,
  path,
  actions,
}: Pick<WantedRole, 'facts' | 'accountId' | 'roleName' | 'path' | 'actions'>): PolicyDocument {
  const own = `arn:${facts.partition}:iam::${accountId ?? '*'}:role${path}${roleName}`;
  return {
    Version: '2012-10-17',
    Statement: [
      { Sid: 'CausewayRead', Effect: 'Allow', Action: [...new Set(actions)].sort(), Resource: '*' },
      { Sid: 'CausewayReadOwnTrust', Effect: 'Allow', Action: 'iam:GetRole', Resource: own },
    ],
  };
}

interface Policies {
  readonly trust: PolicyDocument;
  readonly permissions: PolicyDocument;
}

/** In JSON, which CloudFormation reads as well as YAML and which needs no quoting rules of its own. */
function cloudFormationTemplate({ roleName, path }: WantedRole, policies: Policies): string {
  return json({
    AWSTemplateFormatVersion: '2010-09-09',
    Description: 'A role through which Causeway reads this account',
    Resources: { [ROLE_IN_TEMPLATE]: roleResource({ roleName, path, ...policies }) },
    Outputs: { RoleArn: { Value: { 'Fn::GetAtt': [ROLE_IN_TEMPLATE, 'Arn'] } } },
  });
}

/** Its name in every template that is made here, so that one template can take the place of another in a stack. */
export const ROLE_IN_TEMPLATE = 'CausewayRole';

/** Values may be CloudFormation's functions. */
export function roleResource({
  roleName,
  path,
  trust,
  permissions,
}: {
  roleName: unknown;
  path: unknown;
} & Policies) {
  return {
    Type: 'AWS::IAM::Role',
    Properties: {
      RoleName: roleName,
      Path: path,
      AssumeRolePolicyDocument: trust,
      Policies: [{ PolicyName: POLICY_NAME, PolicyDocument: permissions }],
    },
  };
}

/** A JSON object is an expression of Terraform's language too: https://developer.hashicorp.com/terraform/language/syntax/json */
function terraform({ roleName, path }: WantedRole, { trust, permissions }: Policies): string {
  return `resource "aws_iam_role" "causeway" {
  name               = ${hcl(roleName)}
  path               = ${hcl(path)}
  assume_role_policy = jsonencode(${indented(hcl(trust))})
}

resource "aws_iam_role_policy" "causeway" {
  name   = ${hcl(POLICY_NAME)}
  role   = aws_iam_role.causeway.id
  policy = jsonencode(${indented(hcl(permissions))})
}

output "role_arn" {
  value = aws_iam_role.causeway.arn
}
`;
}

/** Gives a role that exists the permissions of the role that is proposed, in place of those that were proposed before. */
export function putPermissions(
  { facts, roleName }: Pick<WantedRole, 'facts' | 'roleName'>,
  permissions: PolicyDocument,
): string {
  return `aws iam put-role-policy --region ${facts.stsRegion} --role-name ${shellText(roleName)} --policy-name ${POLICY_NAME} \\
  --policy-document ${shellText(JSON.stringify(permissions))}`;
}

function awsCli(role: WantedRole, { trust, permissions }: Policies): string {
  const { facts, path } = role;
  const name = shellText(role.roleName);
  return `# With credentials of the member account. IAM is global; the region only names the partition.
aws iam create-role --region ${facts.stsRegion} --role-name ${name} --path ${shellText(path)} \\
  --assume-role-policy-document ${shellText(JSON.stringify(trust))}
${putPermissions(role, permissions)}

# If the role exists already, change whom it trusts instead of creating it:
aws iam update-assume-role-policy --region ${facts.stsRegion} --role-name ${name} \\
  --policy-document ${shellText(JSON.stringify(trust))}
`;
}

function json(value: unknown): string {
  return JSON.stringify(value, null, 2);
}

function indented(text: string): string {
  return text.replaceAll('\n', '\n  ');
}

/** A JSON value as an expression of Terraform: in its strings `\${` and `%{` would begin a template. */
function hcl(value: unknown): string {
  return json(value).replaceAll(/[$%](?=\{)/g, mark => mark + mark);
}
