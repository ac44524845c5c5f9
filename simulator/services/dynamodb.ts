import type * as DynamoDBClient from '@aws-sdk/client-dynamodb';
import type { OperationsOf } from './operations.ts';
import { oneOf, outOfRange, raise, stocked } from './stocked.ts';

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ListTables.html: up to a hundred names, in their order; the last one is the token */
export const dynamodb = {
  ListTables(call) {
    const { Limit = 100, ExclusiveStartTableName: after = '' } = call.input;
    if (Limit < 1 || Limit > 100) raise(outOfRange({ code: 'ValidationException', name: 'limit', max: 100 }));
    const names = stocked(call, 'AWS::DynamoDB::Table')
      .map(one => one.TableName ?? '')
      .toSorted();
    const rest = names.filter(name => name > after);
    if (call.emptyPage) return { TableNames: [], LastEvaluatedTableName: `${after}\u0000` };
    const page = rest.slice(0, Limit);
    return { TableNames: page, LastEvaluatedTableName: page.length < rest.length ? page.at(-1) : undefined };
  },
  DescribeTable(call) {
    const name = call.input.TableName;
    const missing = {
      code: 'ResourceNotFoundException',
      message: `Requested resource not found: Table: ${name} not found`,
    };
    const all = stocked(call, 'AWS::DynamoDB::Table');
    return { Table: oneOf(all, one => one.TableName === name || one.TableArn === name, missing) };
  },
  ListTagsOfResource(call) {
    const arn = call.input.ResourceArn;
    const missing = {
      code: 'ResourceNotFoundException',
      message: `Requested resource not found: ResourcArn: ${arn} not found`,
    };
    return { Tags: oneOf(stocked(call, 'AWS::DynamoDB::Table'), one => one.TableArn === arn, missing).Tags ?? [] };
  },
} satisfies OperationsOf<typeof DynamoDBClient>;
