import type { PartitionFacts } from '../domain/partition.ts';
import type { HubFindingCode } from './hub-findings.ts';
import type { SimulatedAccess } from './simulated-access.ts';

/**
 * What a hub's identity must not be able to do: it assumes roles, and whoever steals its key can do all the rest that it
 * may. A closed list of the rights that matter most, each in the group that its finding is about. IAM is asked about all
 * resources at once, so a right that is limited to single resources does not show.
 */
export interface DangerousRight {
  readonly action: string;
  readonly resource: string;
  readonly finding: HubFindingCode;
  readonly why: string;
}

const EVERYWHERE = [
  right('secretsmanager:GetSecretValue', 'reads-secrets', 'reads passwords and keys of other systems'),
  right('ssm:GetParameter', 'reads-secrets', 'reads parameters, where secrets are often kept'),
  right('kms:Decrypt', 'reads-secrets', 'decrypts whatever it can read'),
  right('s3:GetObject', 'reads-data', 'reads files of any bucket'),
  right('dynamodb:GetItem', 'reads-data', 'reads database tables'),
  right('s3:DeleteObject', 'changes-resources', 'deletes files of any bucket'),
  right('ec2:RunInstances', 'changes-resources', 'starts machines at the owner’s cost'),
  right('ec2:TerminateInstances', 'changes-resources', 'destroys machines'),
  right('rds:DeleteDBInstance', 'changes-resources', 'destroys databases'),
  right('lambda:UpdateFunctionCode', 'changes-resources', 'runs its own code with another role'),
  right('ssm:SendCommand', 'changes-resources', 'runs commands on machines'),
  right('cloudformation:CreateStack', 'changes-resources', 'makes resources of any kind'),
  right('organizations:AttachPolicy', 'governs-organization', 'changes what all accounts of the organisation may do'),
  right(
    'organizations:LeaveOrganization',
    'governs-organization',
    'takes the account out of the organisation’s control',
  ),
  right('organizations:MoveAccount', 'governs-organization', 'moves accounts from under their policies'),
  right('cloudtrail:StopLogging', 'hides-traces', 'stops the log of what is done in the account'),
  right('cloudtrail:DeleteTrail', 'hides-traces', 'deletes the log’s configuration'),
  right('guardduty:DeleteDetector', 'hides-traces', 'switches threat detection off'),
] as const;

const ON_OTHERS = [
  right('iam:CreateAccessKey', 'changes-identities', 'makes keys of other users'),
  right('iam:CreateUser', 'changes-identities', 'makes users'),
  right('iam:UpdateLoginProfile', 'changes-identities', 'sets passwords of other users'),
  right('iam:CreateLoginProfile', 'changes-identities', 'gives other users a password'),
  right('iam:PutUserPolicy', 'changes-identities', 'gives users any right'),
  right('iam:AttachUserPolicy', 'changes-identities', 'gives users any right'),
] as const;

const ON_GROUPS_AND_POLICIES = [
  right('iam:AddUserToGroup', 'changes-identities', 'gives users, and so itself, the rights of any group'),
  right('iam:PutGroupPolicy', 'changes-identities', 'gives groups any right'),
  right('iam:AttachGroupPolicy', 'changes-identities', 'gives groups any right'),
  right('iam:CreatePolicyVersion', 'changes-identities', 'rewrites policies, its own too'),
  right('iam:SetDefaultPolicyVersion', 'changes-identities', 'puts earlier policies back, its own too'),
] as const;

const ON_ROLES = [
  right('iam:PassRole', 'changes-identities', 'lends roles to services, and so to itself'),
  right('iam:PutRolePolicy', 'changes-identities', 'gives roles any right'),
  right('iam:AttachRolePolicy', 'changes-identities', 'gives roles any right'),
  right('iam:UpdateAssumeRolePolicy', 'changes-identities', 'decides who may assume a role'),
] as const;

const ON_ITSELF = [
  right('iam:PutUserPolicy', 'changes-identities', 'gives itself any right'),
  right('iam:AttachUserPolicy', 'changes-identities', 'gives itself any right'),
] as const;
const ON_ITSELF_AS_ROLE = [
  right('iam:PutRolePolicy', 'changes-identities', 'gives itself any right'),
  right('iam:AttachRolePolicy', 'changes-identities', 'gives itself any right'),
  right('iam:UpdateAssumeRolePolicy', 'changes-identities', 'decides who else may act as it'),
] as const;

const ASSUME = right('sts:AssumeRole', 'assumes-any-role', 'assumes roles that are none of the connectors’');

/** An invented name: whoever is allowed something on it is allowed it on all. */
const NOBODY = 'causeway-asks-about-nobody';

/** Which questions to ask, each group with one call. */
export function dangerousRights({
  facts,
  accountId,
  principalArn,
}: {
  facts: PartitionFacts;
  accountId: string;
  principalArn: string;
}): DangerousRight[][] {
  const own = `arn:${facts.partition}:iam::${accountId}`;
  const isRole = principalArn.startsWith(`${own}:role/`);
  const on = (rights: readonly Right[], resource: string) => rights.map(one => ({ ...one, resource }));
  return [
    on(EVERYWHERE, '*'),
    on(ON_OTHERS, `${own}:user/${NOBODY}`),
    on(ON_ROLES, `${own}:role/${NOBODY}`),
    ON_GROUPS_AND_POLICIES.map(one => ({ ...one, resource: `${own}:${kindOf(one)}/${NOBODY}` })),
    on(isRole ? ON_ITSELF_AS_ROLE : ON_ITSELF, principalArn),
    on([ASSUME], `${own}:role/${NOBODY}`),
  ];
}

/** What these actions are about. https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html */
function kindOf({ action }: Right): 'group' | 'policy' {
  return action.endsWith('PolicyVersion') ? 'policy' : 'group';
}

/** A right that IAM says the identity has, or of which a condition decides that only a real call meets. */
export interface HeldRight extends DangerousRight {
  readonly decision: 'allowed' | 'unknown';
  readonly by: string | null;
}

export function heldRights(asked: readonly DangerousRight[], answers: readonly SimulatedAccess[]): HeldRight[] {
  return asked.flatMap(one => {
    const answer = answers.find(({ action, resource }) => action === one.action && resource === one.resource);
    if (!answer || answer.decision === 'denied') return [];
    return [{ ...one, decision: answer.decision, by: answer.by }];
  });
}

type Right = Omit<DangerousRight, 'resource'>;

function right(action: string, finding: HubFindingCode, why: string): Right {
  return { action, finding, why };
}
