import type * as OrganizationsClient from '@aws-sdk/client-organizations';
import { AwsError, type Call } from '../service.ts';
import type { Account, Organization } from '../world/world.ts';
import type { OperationsOf } from './operations.ts';
import { takePage } from './paging.ts';

/** AWS Organizations, as far as finding an organisation's accounts needs it. Flat: every account is below the root. */
export const organizations = {
  DescribeOrganization(call) {
    const organization = organizationOf(call);
    const { id, partition, managementAccountId } = organization;
    return {
      Organization: {
        Id: id,
        Arn: `arn:${partition}:organizations::${managementAccountId}:organization/${id}`,
        FeatureSet: 'ALL',
        MasterAccountArn: accountArn(organization, managementAccountId),
        MasterAccountId: managementAccountId,
        MasterAccountEmail: call.world.accounts[managementAccountId]?.email ?? '',
        AvailablePolicyTypes: [{ Type: 'SERVICE_CONTROL_POLICY', Status: 'ENABLED' }],
      },
    };
  },

  ListAccounts(call) {
    return pageOfAccounts(call, managedOrganization(call));
  },

  ListRoots(call) {
    const organization = managedOrganization(call);
    const Id = rootId(organization);
    const { items, nextToken } = takePage(call, {
      items: [
        {
          Id,
          Arn: `arn:${organization.partition}:organizations::${organization.managementAccountId}:root/${organization.id}/${Id}`,
          Name: 'Root',
          PolicyTypes: [{ Type: 'SERVICE_CONTROL_POLICY' as const, Status: 'ENABLED' as const }],
        },
      ],
      limit: pageSize(call.input),
      token: call.input.NextToken,
      invalidToken: INVALID_TOKEN,
    });
    return { Roots: items, NextToken: nextToken };
  },

  ListOrganizationalUnitsForParent(call) {
    checkParent(managedOrganization(call), call.input.ParentId);
    return { OrganizationalUnits: [] };
  },

  ListAccountsForParent(call) {
    const organization = managedOrganization(call);
    checkParent(organization, call.input.ParentId);
    return pageOfAccounts(call, organization);
  },
} satisfies OperationsOf<typeof OrganizationsClient>;

/** AWS's page size of these listings, which is also the default. */
const PAGE_SIZE_MAX = 20;

const INVALID_TOKEN = {
  code: 'InvalidInputException',
  message: 'You provided an invalid value for the NextToken parameter.',
};

function pageOfAccounts(
  call: Call<{ MaxResults?: number | undefined; NextToken?: string | undefined }>,
  organization: Organization,
) {
  const { items, nextToken } = takePage(call, {
    items: memberIds(organization).flatMap(id => call.world.accounts[id] ?? []),
    limit: pageSize(call.input),
    token: call.input.NextToken,
    invalidToken: INVALID_TOKEN,
  });
  return { Accounts: items.map(account => describeAccount(organization, account)), NextToken: nextToken };
}

function describeAccount(organization: Organization, account: Account) {
  return {
    Id: account.id,
    Arn: accountArn(organization, account.id),
    Email: account.email,
    Name: account.name,
    // Status is the older field and has no word for closed accounts.
    Status: account.state === 'CLOSED' ? ('SUSPENDED' as const) : account.state,
    State: account.state,
    JoinedMethod: account.id === organization.managementAccountId ? ('INVITED' as const) : ('CREATED' as const),
    JoinedTimestamp: account.joinedAt,
  };
}

function memberIds(organization: Organization): readonly string[] {
  return [organization.managementAccountId, ...organization.memberAccountIds];
}

function accountArn({ partition, managementAccountId, id }: Organization, accountId: string): string {
  return `arn:${partition}:organizations::${managementAccountId}:account/${id}/${accountId}`;
}

function rootId(organization: Organization): string {
  return `r-${organization.id.slice(2, 6)}`;
}

function organizationOf(call: Call<unknown>): Organization {
  const organization = call.world.organizations.find(one => memberIds(one).includes(call.caller.accountId));
  if (!organization) {
    const message = 'Your account is not a member of an organization.';
    throw new AwsError({ code: 'AWSOrganizationsNotInUseException', message, status: 400 });
  }
  return organization;
}

/** The caller's organisation if the caller is its management account; nobody else may list it. */
function managedOrganization(call: Call<unknown>): Organization {
  const organization = organizationOf(call);
  if (organization.managementAccountId !== call.caller.accountId) {
    const message = "You don't have permissions to access this resource.";
    throw new AwsError({ code: 'AccessDeniedException', message, status: 400 });
  }
  return organization;
}

function pageSize({ MaxResults = PAGE_SIZE_MAX }: { MaxResults?: number | undefined }): number {
  if (MaxResults >= 1 && MaxResults <= PAGE_SIZE_MAX) return MaxResults;
  const message = 'You provided a value that does not match the required range for MaxResults.';
  throw new AwsError({ code: 'InvalidInputException', message, status: 400 });
}

function checkParent(organization: Organization, parentId: string | undefined): void {
  if (parentId === rootId(organization)) return;
  const message = "We can't find a root or OU with the ParentId that you specified.";
  throw new AwsError({ code: 'ParentNotFoundException', message, status: 400 });
}
