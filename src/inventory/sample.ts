import { factsOfAccountType } from '../domain/partition.ts';

/** The account and region that every sample is of: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html */
export const SAMPLE_ACCOUNT = '111122223333';
export const SAMPLE_REGION = 'us-east-1';

/** The ARN of a sample; `resource` such as `db:orders`. */
export function sampleArn(
  service: string,
  resource: string,
  { region = SAMPLE_REGION, accountId = SAMPLE_ACCOUNT }: { region?: string; accountId?: string } = {},
): string {
  return `arn:${factsOfAccountType('global').partition}:${service}:${region}:${accountId}:${resource}`;
}
