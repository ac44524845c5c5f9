import { fault } from '../../src/domain/faults.ts';
import { hideNewRole, setTrustPolicy } from '../iam/propagation.ts';
import { forgetPrincipal } from '../iam/stored-policies.ts';
import { addRole, roleArn } from '../world/build.ts';
import { created, done, found, refused, withAccount } from './answers.ts';
import { parseBody, parseDocument } from './fields.ts';

/**
 * PUT {trustPolicy, policy?, maxSessionSeconds?, path?}: makes the role, or changes the one of that name, which keeps its id.
 * `policy` is the one inline policy of a role made here.
 */
export const putRole = withAccount(({ simulation: { world, clock }, request, values }, account) => {
  const name = values.roleName ?? '';
  const fields = parseBody(request.body);
  const trustPolicy = fields.optionalJson('trustPolicy');
  const policy = fields.optionalJson('policy');
  const path = fields.optionalText('path');
  const maxSessionSeconds = fields.optionalNumber('maxSessionSeconds', { min: 3_600, max: 43_200, whole: true });
  const wrong = fields.end();
  if (wrong) return refused(wrong);
  const existing = account.roles[name];
  if (!existing && trustPolicy === undefined) {
    return refused(fault('missing-field', 'A new role needs a trustPolicy.', { field: 'trustPolicy' }));
  }
  const role =
    existing ??
    addRole(world, account.id, { name, trustPolicy, createdAt: clock.now().toISOString(), ...(path ? { path } : {}) });
  if (!existing) hideNewRole(world, role, clock.now());
  else if (trustPolicy !== undefined) setTrustPolicy(world, role, { document: trustPolicy, now: clock.now() });
  if (policy !== undefined) role.inlinePolicies = { Policy: policy };
  if (maxSessionSeconds !== undefined) role.maxSessionSeconds = maxSessionSeconds;
  const answer = { roleArn: roleArn(account, role), roleId: role.id };
  return existing ? found(answer) : created(answer);
});

export const deleteRole = withAccount(({ simulation: { world }, values }, account) => {
  const name = values.roleName ?? '';
  const role = account.roles[name];
  if (!role) return refused(noRole(account.id, name));
  delete account.roles[name];
  forgetPrincipal(world, { arn: roleArn(account, role), id: role.id });
  return done();
});

/** PUT: the body is the policy document itself. Taken as it is: AWS's own checks are IAM's UpdateAssumeRolePolicy. */
export const putTrustPolicy = withAccount(({ simulation: { world, clock }, request, values }, account) => {
  const name = values.roleName ?? '';
  const role = account.roles[name];
  if (!role) return refused(noRole(account.id, name));
  const document = parseDocument(request.body);
  if (document === undefined) return refused(fault('invalid-json', 'The trust policy is not JSON.'));
  setTrustPolicy(world, role, { document, now: clock.now() });
  return found({ roleArn: roleArn(account, role), trustPolicy: document });
});

function noRole(accountId: string, name: string) {
  return fault('not-found', `There is no role ${name} in account ${accountId}.`);
}
