import { describe, expect, it } from 'vitest';
import { reasonOfDenial } from './denial.ts';

const who = 'User: arn:aws:iam::111122223333:user/causeway is not authorized to perform: sts:AssumeRole';
const on = ' on resource: arn:aws:iam::222222222222:role/Reader';
const because = (words: string) =>
  reasonOfDenial({ service: 'sts', operation: 'AssumeRole', name: 'AccessDenied', message: `${who}${words}` });

describe('the reason of a denial', () => {
  it.each([
    [`${on} with an explicit deny in a service control policy`, 'service control policy', true],
    [`${on} with an explicit deny in a resource control policy`, 'resource control policy', true],
    [`${on} with an explicit deny in an identity-based policy`, 'identity-based policy', true],
    [`${on} with an explicit deny in a permissions boundary`, 'permissions boundary', true],
    [`${on} with an explicit deny in a VPC endpoint policy`, 'VPC endpoint policy', true],
    [' with an explicit deny in the role trust policy', 'role trust policy', true],
    [`${on} with an explicit deny in a resource-based policy`, 'role trust policy', true],
    [' because no role trust policy allows the sts:AssumeRole action', 'role trust policy', false],
    [`${on} because no identity-based policy allows the sts:AssumeRole action`, 'identity-based policy', false],
    [`${on} because no permissions boundary allows the sts:AssumeRole action`, 'permissions boundary', false],
    [`${on} because no session policy allows the sts:AssumeRole action`, 'session policy', false],
    [`${on} because no service control policy allows the sts:AssumeRole action`, 'service control policy', false],
  ])('is read from "%s"', (words, policy, explicit) => {
    expect(because(words)).toEqual({ policy, explicit });
  });

  it('has the policy’s ARN where AWS tells it', () => {
    const policyArn = 'arn:aws:organizations::111122223333:policy/o-abc/service_control_policy/p-abc';
    expect(because(`${on} with an explicit deny in a service control policy: ${policyArn}`)).toEqual({
      policy: 'service control policy',
      explicit: true,
      policyArn,
    });
  });

  it('is unknown where AWS names none, or a kind that is not known here', () => {
    expect(because(on)).toBeUndefined();
    expect(because(`${on} with an explicit deny in a moon policy`)).toBeUndefined();
    expect(reasonOfDenial(undefined)).toBeUndefined();
  });
});
