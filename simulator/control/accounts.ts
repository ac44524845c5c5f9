import { fault } from '../../src/domain/faults.ts';
import type { Account, World } from '../world/world.ts';
import { found, refused, withAccount } from './answers.ts';
import { parseBody } from './fields.ts';

/** GET: the account with its users, keys (secrets too: they open nothing real), roles and policies, without its instances. */
export const readAccount = withAccount((_call, account) => {
  const { ec2, ...rest } = account;
  const instances = Object.fromEntries(Object.entries(ec2).map(([region, state]) => [region, state.instances.length]));
  return found({ ...rest, instances });
});

/** PATCH {state?, enabledRegions?, disabledRegions?, serviceControlPolicies?}. */
export const changeAccount = withAccount(({ simulation: { world }, request }, account) => {
  const fields = parseBody(request.body);
  const state = fields.optionalOneOf('state', ['ACTIVE', 'SUSPENDED', 'PENDING_CLOSURE', 'CLOSED']);
  const enabledRegions = fields.optionalTexts('enabledRegions');
  const disabledRegions = fields.optionalTexts('disabledRegions');
  const policies = fields.optionalJson('serviceControlPolicies');
  const wrong = fields.end();
  if (wrong) return refused(wrong);
  if (policies !== undefined) {
    const organization = organizationOf(world, account);
    if (!Array.isArray(policies) || !organization) {
      const detail = 'serviceControlPolicies must be a list of policies, of an account in an organisation.';
      return refused(fault('invalid-field', detail, { field: 'serviceControlPolicies' }));
    }
    organization.serviceControlPolicies[account.id] = policies;
  }
  if (state) account.state = state;
  if (enabledRegions) account.enabledRegions = enabledRegions;
  if (disabledRegions) account.disabledRegions = disabledRegions;
  return found({ id: account.id, state: account.state, enabledRegions: account.enabledRegions });
});

/** PATCH {status: "Active"|"Inactive"}. */
export const changeAccessKey = withAccount(({ request, values }, account) => {
  const fields = parseBody(request.body);
  const status = fields.oneOf('status', ['Active', 'Inactive']);
  const wrong = fields.end();
  if (wrong) return refused(wrong);
  const keys = [...account.rootAccessKeys, ...Object.values(account.users).flatMap(({ accessKeys }) => accessKeys)];
  const key = keys.find(({ id }) => id === values.accessKeyId);
  if (!key) {
    return refused(fault('not-found', `There is no access key ${values.accessKeyId} in account ${account.id}.`));
  }
  key.status = status;
  return found({ id: key.id, status });
});

function organizationOf(world: World, account: Account) {
  return world.organizations.find(
    ({ managementAccountId, memberAccountIds }) =>
      managementAccountId === account.id || memberAccountIds.includes(account.id),
  );
}
