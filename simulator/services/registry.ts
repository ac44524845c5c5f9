import * as Ec2Client from '@aws-sdk/client-ec2';
import * as IamClient from '@aws-sdk/client-iam';
import * as OrganizationsClient from '@aws-sdk/client-organizations';
import * as StsClient from '@aws-sdk/client-sts';
import type { StaticOperationSchema } from '@smithy/types';
import type { Call, ServiceName } from '../service.ts';
import { jsonProtocol } from '../wire/json-protocol.ts';
import type { Protocol } from '../wire/protocol.ts';
import { ec2Protocol, queryProtocol } from '../wire/query-protocol.ts';
import { type OperationShape, operationShape } from '../wire/shape.ts';
import { ec2 } from './ec2.ts';
import { iamResource } from './iam/resource.ts';
import { iam } from './iam.ts';
import { organizations } from './organizations.ts';
import { sts } from './sts.ts';

/** A service as the server needs it. */
export interface Service {
  name: ServiceName;
  protocol: Protocol;
  /** The API version that query requests name; tells the services apart where a request is not signed. */
  version: string;
  /** Simulated operations by name. */
  operations: ReadonlyMap<string, SimulatedOperation>;
  /** Whether AWS has the operation, simulated or not. */
  has(operation: string): boolean;
  /** Operations that are called without a signature: their input holds another proof. */
  unsigned: readonly string[];
  /** The resource that the caller must be allowed to act on; undefined where the operation authorises the caller itself. */
  resourceOf(call: Call<unknown>): string | undefined;
}

export interface SimulatedOperation {
  shape: OperationShape;
  /**
   * Written as a method, which TypeScript compares loosely: `call.input` was decoded by the schema that the operation's
   * own input type comes from.
   */
  run(call: Call<unknown>): unknown;
}

/** A new service is one row. */
export const SERVICES: readonly Service[] = [
  service({
    name: 'sts',
    client: StsClient,
    operations: sts,
    version: '2011-06-15',
    protocol: queryProtocol({ xmlNamespace: 'https://sts.amazonaws.com/doc/2011-06-15/' }),
    unsigned: ['AssumeRoleWithWebIdentity'],
    // GetCallerIdentity needs no permission at all; the ways of assuming a role ask its trust policy.
    resourceOf: call => (/^(GetCallerIdentity|AssumeRole.*)$/.test(call.operation) ? undefined : '*'),
  }),
  service({
    name: 'iam',
    client: IamClient,
    operations: iam,
    version: '2010-05-08',
    protocol: queryProtocol({ xmlNamespace: 'https://iam.amazonaws.com/doc/2010-05-08/' }),
    resourceOf: iamResource,
  }),
  service({
    name: 'ec2',
    client: Ec2Client,
    operations: ec2,
    version: '2016-11-15',
    protocol: ec2Protocol({ xmlNamespace: 'http://ec2.amazonaws.com/doc/2016-11-15/', immutableShapes: ['Instance'] }),
  }),
  service({
    name: 'organizations',
    client: OrganizationsClient,
    operations: organizations,
    version: '2016-11-28',
    protocol: jsonProtocol({ targetPrefix: 'AWSOrganizationsV20161128' }),
  }),
];

function service({
  client,
  operations,
  resourceOf = () => '*',
  unsigned = [],
  ...row
}: Omit<Service, 'operations' | 'has' | 'resourceOf' | 'unsigned'> & {
  /** The SDK client's module: it exports a schema for every operation, named as the operation with a `$` behind. */
  client: Record<string, unknown>;
  operations: Record<string, SimulatedOperation['run']>;
  resourceOf?: Service['resourceOf'];
  unsigned?: Service['unsigned'];
}): Service {
  const schemaOf = (operation: string) => {
    const schema = client[`${operation}$`];
    return isOperationSchema(schema) ? schema : undefined;
  };
  const simulated = Object.entries(operations).map(([name, run]): [string, SimulatedOperation] => {
    const schema = schemaOf(name);
    if (!schema) throw new Error(`the SDK client of ${row.name} has no operation ${name}`);
    return [name, { shape: operationShape(schema), run }];
  });
  const has = (operation: string) => schemaOf(operation) !== undefined;
  return { ...row, resourceOf, unsigned, operations: new Map(simulated), has };
}

/** 9 is the SDK's number for an operation. */
function isOperationSchema(value: unknown): value is StaticOperationSchema {
  return Array.isArray(value) && value[0] === 9;
}
