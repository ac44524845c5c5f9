import type * as IamClient from '@aws-sdk/client-iam';
import { accessKeys } from './iam/access-keys.ts';
import { account } from './iam/account.ts';
import { authorizationDetails } from './iam/authorization-details.ts';
import { policies } from './iam/policies.ts';
import { roles } from './iam/roles.ts';
import { simulate } from './iam/simulate.ts';
import { users } from './iam/users.ts';
import type { OperationsOf } from './operations.ts';

/** https://docs.aws.amazon.com/IAM/latest/APIReference/ */
export const iam = {
  ...account,
  ...users,
  ...accessKeys,
  ...roles,
  ...policies,
  ...simulate,
  ...authorizationDetails,
} satisfies OperationsOf<typeof IamClient>;
