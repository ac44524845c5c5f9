import { fault } from '../domain/faults.ts';
import { LIMITS } from '../domain/limits.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import type { AssetItem, AssetPage, AwsCalls } from './define.ts';

/** Calls an EC2 operation by its name, typed by the SDK. Faults are values; retries and pacing are the callee's business. */
export type Ec2Calls = <Name extends Ec2Operation>(
  operation: Name,
  input: Ec2Input<Name>,
) => Promise<Result<Ec2Output<Name>>>;

type Ec2 = typeof import('@aws-sdk/client-ec2');

/** The operations that an asset type may call: only ones that read. */
export type Ec2Operation = Extract<
  { [Export in keyof Ec2]: Export extends `${infer Name}Command` ? Name : never }[keyof Ec2],
  `Describe${string}`
>;
export type Ec2Input<Name extends Ec2Operation> = Shapes<Name>['input'];
export type Ec2Output<Name extends Ec2Operation> = Shapes<Name>['output'];

type Shapes<Name extends Ec2Operation> = Ec2[`${Name}Command`] extends new (
  input: never,
) => {
  readonly input: infer Input;
  resolveMiddleware(...parts: never): (...request: never) => Promise<{ output: infer Output }>;
}
  ? { input: Input; output: Output }
  : never;

interface Listing<Name extends Ec2Operation> {
  readonly operation: Name;
  readonly items: (output: Ec2Output<Name>) => readonly AssetItem[];
}

/**
 * The pages of an EC2 Describe operation. `MaxResults` is always sent: without it EC2 charges the listing to a smaller
 * bucket of requests, and cuts some listings off (EC2 developer guide, "Request throttling" and "Pagination"). A page
 * may be empty and still have a token. A listing that gives a token twice or passes `LIMITS.pagesPerScopeMax` ends with a
 * fault.
 */
export async function* ec2Pages<Name extends Ec2Operation>(
  calls: AwsCalls,
  { operation, items }: Listing<Name>,
): AsyncGenerator<Result<AssetPage>, void, void> {
  const tokens = new Set<string>();
  let token: string | undefined;
  for (let page = 1; page <= LIMITS.pagesPerScopeMax; page += 1) {
    const input = { MaxResults: LIMITS.pageItemsMax, ...(token === undefined ? {} : { NextToken: token }) };
    const answer = await calls.ec2(operation, input);
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
  yield failed(fault('too-many-pages', `${operation} went on after ${LIMITS.pagesPerScopeMax} pages.`));
}

/** EC2 ends some listings with an empty token instead of none. */
function nextToken(output: unknown): string | undefined {
  if (typeof output !== 'object' || output === null || !('NextToken' in output)) return undefined;
  return typeof output.NextToken === 'string' && output.NextToken !== '' ? output.NextToken : undefined;
}
