import { type CallTally, call, patient } from '../aws/call.ts';
import { serviceClient } from '../aws/service-client.ts';
import type { MemberSession } from '../aws/session.ts';
import { LIMITS } from '../domain/limits.ts';
import type { Result } from '../domain/result.ts';
import type { AwsCalls, CallOptions } from '../inventory/define.ts';
import type { InputOf, OperationOf, OutputOf, ServiceName } from '../inventory/services.ts';
import type { SyncDeps } from './deps.ts';

/**
 * AWS as the session's role sees it in one region. A call under way ends with a fault when `signal` is aborted; `tally`
 * counts what is sent.
 */
export function awsCalls(
  { aws, callBudget = patient }: Pick<SyncDeps, 'aws' | 'callBudget'>,
  {
    session,
    region: usual,
    signal: stop,
    tally,
  }: { session: MemberSession; region: string; signal: AbortSignal; tally?: CallTally },
): AwsCalls {
  return send;

  // The operation's own types outside, plain objects inside: the SDK finds the command by the same name as they were.
  async function send<Service extends ServiceName, Operation extends OperationOf<Service>>(
    service: Service,
    operation: Operation,
    input: InputOf<Service, Operation>,
    options?: CallOptions,
  ): Promise<Result<OutputOf<Service, Operation>>>;
  async function send(
    service: ServiceName,
    operation: string,
    input: unknown,
    { region = usual, action, raw }: CallOptions = {},
  ): Promise<Result<unknown>> {
    const client = await serviceClient(aws, service, region);
    return await call(aws, signal => client.send(session, { operation, input, signal, stop, raw }), {
      service,
      operation,
      ...(action === undefined ? {} : { action }),
      subject: region,
      signedBy: 'session',
      budget: callBudget(aws.clock),
      pace: { accountId: session.accountId, region, whole: !asksForPages(input) },
      slot: { of: session.accountId, weight: isLaterPage(input) ? LIMITS.laterPageSlots : 1 },
      stop,
      ...(tally === undefined ? {} : { tally }),
    });
  }
}

/** Whether it goes on where a page ended: that one was full, and so are most after it. */
function isLaterPage(input: unknown): boolean {
  if (typeof input !== 'object' || input === null) return false;
  return Object.entries(input).some(([name, value]) => value !== undefined && /(token|marker)$/i.test(name));
}

/** Whether a listing asks for a page or filters: EC2 has a smaller bucket for some of those that do neither. */
function asksForPages(input: unknown): boolean {
  return typeof input === 'object' && input !== null && ('MaxResults' in input || 'Filters' in input);
}
