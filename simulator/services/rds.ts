import type * as RdsClient from '@aws-sdk/client-rds';
import type { OperationsOf } from './operations.ts';
import { pageOf, raise, stocked } from './stocked.ts';

/** https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeDBInstances.html: pages of 20 to 100 */
export const rds = {
  DescribeDBInstances(call) {
    const { DBInstanceIdentifier: wanted, MaxRecords, Marker } = call.input;
    const items = stocked(call, 'AWS::RDS::DBInstance');
    const named =
      wanted === undefined
        ? items
        : items.filter(one => one.DBInstanceIdentifier === wanted || one.DBInstanceArn === wanted);
    if (wanted !== undefined && named.length === 0) {
      raise({ code: 'DBInstanceNotFound', message: `DBInstance ${wanted} not found.`, status: 404 });
    }
    const page = pageOf(call, named, {
      size: MaxRecords,
      min: 20,
      max: 100,
      token: Marker,
      wrongSize: {
        code: 'InvalidParameterValue',
        message: `Invalid value ${MaxRecords} for MaxRecords. Must be between 20 and 100`,
      },
      wrongToken: { code: 'InvalidParameterValue', message: `Invalid value for Marker` },
    });
    return { DBInstances: page.items, Marker: page.nextToken };
  },
} satisfies OperationsOf<typeof RdsClient>;
