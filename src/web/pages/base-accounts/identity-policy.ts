import { type AccountType, factsOfAccountType } from '../../../domain/partition.ts';

/** What a hub's identity must be allowed before any connector exists: to assume roles in any account of the partition. */
export function identityPolicy(accountType: AccountType) {
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'AssumeConnectorRoles',
        Effect: 'Allow',
        Action: 'sts:AssumeRole',
        Resource: `arn:${factsOfAccountType(accountType).partition}:iam::*:role/*`,
      },
    ],
  };
}
