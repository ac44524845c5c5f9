import type { Clock } from '../src/domain/clock.ts';
import type { Partition } from '../src/domain/partition.ts';
import type { RenderedMembers } from './wire/rendered.ts';
import type { World } from './world/world.ts';

/** As credential scopes and IAM actions name them. */
export type ServiceName =
  | 'autoscaling'
  | 'cloudfront'
  | 'dynamodb'
  | 'ec2'
  | 'ecs'
  | 'eks'
  | 'elasticloadbalancing'
  | 'iam'
  | 'kms'
  | 'lambda'
  | 'logs'
  | 'organizations'
  | 'rds'
  | 's3'
  | 'sagemaker'
  | 'sns'
  | 'sqs'
  | 'sts';

/** Who signed a request, as STS would name them. */
export interface Principal {
  /** `anonymous`: nobody signed; only operations that take another proof than a signature can be called so. */
  kind: 'root' | 'user' | 'assumed-role' | 'anonymous';
  partition: Partition;
  accountId: string;
  /** arn:…:iam::…:user/…, arn:…:iam::…:root or arn:…:sts::…:assumed-role/…/… */
  arn: string;
  /** AIDA…, the account ID for root, or AROA…:session-name. */
  userId: string;
  accessKeyId: string;
  /** For an assumed role: the role's name and the ARN that policies name it by. */
  role?: { name: string; arn: string; sessionName: string; sourceIdentity?: string; tags: Record<string, string> };
  /** For a user. */
  userName?: string;
}

/** One authenticated and authorised request on its way to a service. */
export interface Call<Input> {
  service: ServiceName;
  operation: string;
  /** The region of the request's credential scope. */
  region: string;
  requestId: string;
  caller: Principal;
  /** Source address of the request, for aws:SourceIp. */
  sourceIp: string;
  /** Decoded by the SDK's own schema of the operation. */
  input: Input;
  /** Set by a scripted fault: a listing answers no items and a token that leads to what it would have answered. */
  emptyPage?: boolean;
  /** Set by a scripted fault: a listing answers a page, and again the token that led to it. */
  repeatToken?: boolean;
  world: World;
  clock: Clock;
}

/**
 * An operation answers with the SDK's output shape, or throws an AwsError: AWS itself is an exception to "faults are
 * values". Times in an answer may be dates or ISO text, so that a page of a thousand instances need not be copied.
 */
export type Operation<Input, Output> = (
  call: Call<Input>,
) => Output | RenderedMembers | Promise<Output | RenderedMembers>;

/** An error as AWS answers it. */
export class AwsError extends Error {
  readonly code: string;
  readonly status: number;
  /** Further members of the error's own shape, such as Reason; only JSON services send them. */
  readonly details: Readonly<Record<string, unknown>>;
  constructor(error: { code: string; message: string; status: number; details?: Record<string, unknown> }) {
    super(error.message);
    this.code = error.code;
    this.status = error.status;
    this.details = error.details ?? {};
  }
}
