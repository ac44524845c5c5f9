import { expect, it } from 'vitest';
import { trustInstead } from './trust-instead.ts';

const swap = { from: '111111111111', to: '999999999999' };

it('puts the other account in the place of the one that is trusted, in every form of a principal', () => {
  const policy = {
    Statement: [
      { Principal: { AWS: 'arn:aws:iam::111111111111:root' } },
      { Principal: { AWS: ['111111111111', 'arn:aws:iam::222222222222:root'] } },
    ],
  };
  expect(trustInstead(policy, swap)).toEqual({
    Statement: [
      { Principal: { AWS: 'arn:aws:iam::999999999999:root' } },
      { Principal: { AWS: ['999999999999', 'arn:aws:iam::222222222222:root'] } },
    ],
  });
});

it('leaves longer numbers, names and everything that is not text as they are', () => {
  const policy = { Sid: 'x1111111111112', Condition: { '111111111111': { Number: 111111111111, Null: null } } };
  expect(trustInstead(policy, swap)).toEqual(policy);
});
