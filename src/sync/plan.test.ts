import { describe, expect, test } from 'vitest';
import { fault } from '../domain/faults.ts';
import { factsOfAccountType } from '../domain/partition.ts';
import { planScopes, type RegionAnswer } from './plan.ts';

const TYPES = [
  { assetType: 'AWS::EC2::Instance', scope: 'regional' as const, service: 'ec2' as const },
  { assetType: 'AWS::EC2::VPC', scope: 'regional' as const, service: 'ec2' as const },
];
const KNOWN: RegionAnswer = { known: true, enabled: ['us-east-1', 'eu-west-1'] };
const DENIED: RegionAnswer = { known: false, instead: ['us-east-1'], fault: fault('access-denied', 'no') };

describe('the plan of a run', () => {
  test('has each type in each region that the account has enabled', () => {
    expect(plan({ answer: KNOWN })).toEqual([
      'eu-west-1 AWS::EC2::Instance',
      'us-east-1 AWS::EC2::Instance',
      'eu-west-1 AWS::EC2::VPC',
      'us-east-1 AWS::EC2::VPC',
    ]);
  });

  test('calls only what the connector chose, and knows of chosen regions that the account has not enabled', () => {
    expect(plan({ answer: KNOWN, chosen: ['us-east-1', 'ap-east-1'], types: TYPES.slice(0, 1) })).toEqual([
      'ap-east-1 AWS::EC2::Instance region-disabled',
      'us-east-1 AWS::EC2::Instance',
    ]);
  });

  test('calls all chosen regions when the account does not say which it has enabled', () => {
    expect(plan({ answer: DENIED, chosen: ['us-east-1', 'ap-east-1'], types: TYPES.slice(0, 1) })).toEqual([
      'ap-east-1 AWS::EC2::Instance',
      'us-east-1 AWS::EC2::Instance',
    ]);
  });

  test('keeps regions that were observed before when the account does not say which it has any more', () => {
    expect(plan({ answer: DENIED, observedBefore: ['ap-east-1'], types: TYPES.slice(0, 1) })).toEqual([
      'ap-east-1 AWS::EC2::Instance',
      'us-east-1 AWS::EC2::Instance',
    ]);
  });

  test('says of a region that was observed before and is switched off that it is not enabled', () => {
    expect(plan({ answer: KNOWN, observedBefore: ['ap-east-1'], types: TYPES.slice(0, 1) })[0]).toBe(
      'ap-east-1 AWS::EC2::Instance region-disabled',
    );
  });

  test('forgets regions that the connector no longer chooses', () => {
    expect(
      plan({ answer: KNOWN, chosen: ['us-east-1'], observedBefore: ['eu-west-1'], types: TYPES.slice(0, 1) }),
    ).toEqual(['us-east-1 AWS::EC2::Instance']);
  });

  test('knows of services that the partition lacks', () => {
    const types = [
      { assetType: 'AWS::CloudFront::Distribution', scope: 'global' as const, service: 'cloudfront' as const },
      { assetType: 'AWS::IAM::Role', scope: 'global' as const, service: 'iam' as const },
    ];
    expect(plan({ answer: KNOWN, types, facts: factsOfAccountType('us-govcloud') })).toEqual([
      'global AWS::CloudFront::Distribution not-in-partition',
      'global AWS::IAM::Role',
    ]);
  });

  test('has a type that is listed once per account once', () => {
    const types = [{ assetType: 'AWS::IAM::Role', scope: 'global' as const, service: 'iam' as const }];
    expect(plan({ answer: KNOWN, observedBefore: ['global'], types })).toEqual(['global AWS::IAM::Role']);
  });
});

function plan({
  chosen = null,
  observedBefore = [],
  types = TYPES,
  facts = factsOfAccountType('global'),
  answer,
}: Partial<Parameters<typeof planScopes>[0]> & { answer: RegionAnswer }): string[] {
  return planScopes({ chosen, answer, observedBefore, types, facts }).map(scope =>
    [scope.region, scope.assetType, ...(scope.fault ? [scope.fault.code] : [])].join(' '),
  );
}
