import type * as LambdaClient from '@aws-sdk/client-lambda';
import type { Call } from '../service.ts';
import type { OperationsOf } from './operations.ts';
import { oneOf, outOfRange, pageOf, raise, type Stored, stocked } from './stocked.ts';

const PAGES = {
  usual: 50,
  max: 10_000,
  wrongSize: outOfRange({ code: 'InvalidParameterValueException', name: 'maxItems', max: 10_000 }),
  wrongToken: { code: 'InvalidParameterValueException', message: 'Invalid pagination token' },
};

/** https://docs.aws.amazon.com/lambda/latest/api/API_ListFunctions.html: a page has at most 50 functions, whatever is asked for */
export const lambda = {
  ListFunctions(call) {
    const { MaxItems, Marker } = call.input;
    const size = MaxItems === undefined ? undefined : Math.min(MaxItems, 50);
    const page = pageOf(call, stocked(call, 'AWS::Lambda::Function'), { ...PAGES, size, token: Marker });
    return { Functions: page.items, NextMarker: page.nextToken };
  },
  ListTags(call) {
    return { Tags: functionNamed(call, call.input.Resource).Tags ?? {} };
  },
  GetPolicy(call) {
    const { Policy, RevisionId } = functionNamed(call, call.input.FunctionName);
    if (Policy === undefined) raise(missing('The resource you requested does not exist.'));
    return { Policy, RevisionId };
  },
  ListAliases(call) {
    const { MaxItems, Marker } = call.input;
    const { Aliases = [], FunctionName } = functionNamed(call, call.input.FunctionName);
    const page = pageOf(call, Aliases, { ...PAGES, size: MaxItems, token: Marker, scope: FunctionName });
    return { Aliases: page.items, NextMarker: page.nextToken };
  },
  ListFunctionUrlConfigs(call) {
    const { MaxItems, Marker } = call.input;
    const { FunctionUrlConfigs = [], FunctionName } = functionNamed(call, call.input.FunctionName);
    const page = pageOf(call, FunctionUrlConfigs, { ...PAGES, size: MaxItems, token: Marker, scope: FunctionName });
    return { FunctionUrlConfigs: page.items, NextMarker: page.nextToken };
  },
} satisfies OperationsOf<typeof LambdaClient>;

/** By name or ARN. */
function functionNamed(call: Call<unknown>, name: string | undefined): Stored<'AWS::Lambda::Function'> {
  const all = stocked(call, 'AWS::Lambda::Function');
  return oneOf(
    all,
    one => one.FunctionName === name || one.FunctionArn === name,
    missing(`Function not found: ${name}`),
  );
}

function missing(message: string) {
  return { code: 'ResourceNotFoundException', message, status: 404 };
}
