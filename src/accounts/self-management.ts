import { roleOfSession } from '../aws/own-principal.ts';
import type { PartitionFacts } from '../domain/partition.ts';
import type { PolicyDocument } from './shapes.ts';

/**
 * What a hub's identity may be allowed on itself besides assuming roles: to see what it may do and how old its key is, and
 * to replace its own key. None of it is needed for connectors to work. Without the caller's ARN, its name is a variable
 * that IAM fills in.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html
 */
export function selfManagementPolicy({
  facts,
  accountId,
  callerArn,
}: {
  facts: PartitionFacts;
  accountId: string;
  callerArn: string | null;
}): PolicyDocument {
  const role = callerArn === null ? undefined : roleOfSession(callerArn);
  if (role !== undefined) {
    // A session does not tell the role's path; the name is unique in its account whatever the path.
    const Resource = ['', '*/'].map(path => `arn:${facts.partition}:iam::${accountId}:role/${path}${role}`);
    return policy([{ Sid: 'SeeOwnRights', Action: ['iam:GetRole', 'iam:SimulatePrincipalPolicy'], Resource }]);
  }
  const Resource = callerArn ?? `arn:${facts.partition}:iam::${accountId}:user/\${aws:username}`;
  return policy([
    { Sid: 'SeeOwnRights', Action: ['iam:GetUser', 'iam:ListAccessKeys', 'iam:SimulatePrincipalPolicy'], Resource },
    {
      Sid: 'ReplaceOwnKey',
      Action: ['iam:CreateAccessKey', 'iam:DeleteAccessKey', 'iam:GetAccessKeyLastUsed', 'iam:UpdateAccessKey'],
      Resource,
    },
  ]);
}

function policy(
  statements: readonly { Sid: string; Action: readonly string[]; Resource: string | readonly string[] }[],
): PolicyDocument {
  return {
    Version: '2012-10-17',
    Statement: statements.map(({ Sid, Action, Resource }) => ({ Sid, Effect: 'Allow', Action, Resource })),
  };
}
