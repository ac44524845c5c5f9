import type { $Command, EC2ClientResolvedConfig, ServiceInputTypes, ServiceOutputTypes } from '@aws-sdk/client-ec2';
import { fault } from '../domain/faults.ts';
import { LIMITS } from '../domain/limits.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import type { AssetItem, AssetPage, AwsCalls } from './define.ts';

/** The SDK's EC2 module; handed over, because loading it takes a third of a second that only readers of AWS need to spend. */
type Ec2Module = typeof import('@aws-sdk/client-ec2');

/** Sends a command as one role in one region. Faults are values; retries and pacing are the callee's business. */
export type Ec2Calls = <Input extends ServiceInputTypes, Output extends ServiceOutputTypes>(
  operation: string,
  command: (ec2: Ec2Module) => $Command<Input, Output, EC2ClientResolvedConfig, ServiceInputTypes, ServiceOutputTypes>,
) => Promise<Result<Output>>;

interface Listing<Input extends ServiceInputTypes, Output extends ServiceOutputTypes> {
  readonly operation: string;
  readonly command: (
    ec2: Ec2Module,
    page: { MaxResults: number; NextToken?: string },
  ) => $Command<Input, Output, EC2ClientResolvedConfig, ServiceInputTypes, ServiceOutputTypes>;
  readonly items: (output: Output) => readonly AssetItem[];
  /** Less than the limit only in tests of it. */
  readonly pagesMax?: number;
}

/**
 * The pages of an EC2 Describe operation. `MaxResults` is always sent: without it EC2 charges the listing to a smaller
 * bucket of requests, and cuts some listings off (EC2 developer guide, "Request throttling" and "Pagination"). A page
 * may be empty and still have a token. A listing that gives a token twice or passes `LIMITS.pagesPerScopeMax` ends with a
 * fault.
 */
export async function* ec2Pages<Input extends ServiceInputTypes, Output extends ServiceOutputTypes>(
  calls: AwsCalls,
  { operation, command, items, pagesMax = LIMITS.pagesPerScopeMax }: Listing<Input, Output>,
): AsyncGenerator<Result<AssetPage>, void, void> {
  const tokens = new Set<string>();
  let token: string | undefined;
  for (let page = 1; page <= pagesMax; page += 1) {
    const position = { MaxResults: LIMITS.pageItemsMax, ...(token === undefined ? {} : { NextToken: token }) };
    const answer = await calls.ec2(operation, ec2 => command(ec2, position));
    if (!answer.ok) {
      yield answer;
      return;
    }
    yield ok({ items: items(answer.value) });
    token = nextToken(answer.value);
    if (token === undefined) return;
    if (tokens.has(token)) {
      yield failed(fault('too-many-pages', `${operation} gave the same page token twice, on page ${page}.`));
      return;
    }
    tokens.add(token);
  }
  yield failed(fault('too-many-pages', `${operation} went on after ${pagesMax} pages.`));
}

/** EC2 ends some listings with an empty token instead of none. */
function nextToken(output: unknown): string | undefined {
  if (typeof output !== 'object' || output === null || !('NextToken' in output)) return undefined;
  return typeof output.NextToken === 'string' && output.NextToken !== '' ? output.NextToken : undefined;
}
