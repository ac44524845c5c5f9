import { fault } from '../../src/domain/faults.ts';
import { addAccessKey } from '../world/build.ts';
import { created, found, refused, withAccount } from './answers.ts';
import { parseDocument } from './fields.ts';

/** IAM gives a user two access keys at most. */
const accessKeysMax = 2;

/** PUT: the body is an inline policy of the user; it takes the place of the one of that name. */
export const putUserPolicy = withAccount(({ request, values }, account) => {
  const { userName = '', policyName = '' } = values;
  const user = account.users[userName];
  if (!user) return refused(noUser(account.id, userName));
  const document = parseDocument(request.body);
  if (document === undefined) return refused(fault('invalid-json', 'The policy is not JSON.'));
  user.inlinePolicies = { ...user.inlinePolicies, [policyName]: document };
  return found({ userName, policies: Object.keys(user.inlinePolicies) });
});

/** POST: another access key for the user, with its secret. */
export const createAccessKey = withAccount(({ simulation: { world, clock }, values }, account) => {
  const { userName = '' } = values;
  const user = account.users[userName];
  if (!user) return refused(noUser(account.id, userName));
  if (user.accessKeys.length >= accessKeysMax) {
    return refused(fault('invalid-field', `${userName} has ${accessKeysMax} access keys, as many as IAM allows.`));
  }
  const { id, secret } = addAccessKey(world, account.id, { userName, createdAt: clock.now().toISOString() });
  return created({ accessKeyId: id, secretAccessKey: secret });
});

function noUser(accountId: string, name: string) {
  return fault('not-found', `There is no user ${name} in account ${accountId}.`);
}
