import { call, patient } from '../aws/call.ts';
import { ec2Client } from '../aws/clients.ts';
import type { MemberSession } from '../aws/session.ts';
import type { AwsCalls } from '../inventory/define.ts';
import type { SyncDeps } from './deps.ts';

/** AWS as the session's role sees it in one region. A call under way ends with a fault when `signal` is aborted. */
export function awsCalls(
  { aws, callBudget = patient }: Pick<SyncDeps, 'aws' | 'callBudget'>,
  { session, region, signal: stop }: { session: MemberSession; region: string; signal: AbortSignal },
): AwsCalls {
  return {
    ec2: async (operation, command) => {
      const client = await ec2Client(aws, session, region);
      const ec2 = await import('@aws-sdk/client-ec2');
      const send = (limit: AbortSignal) => client.send(command(ec2), { abortSignal: AbortSignal.any([limit, stop]) });
      return await call(aws, send, {
        service: 'ec2',
        operation,
        subject: region,
        signedBy: 'session',
        budget: callBudget(aws.clock),
      });
    },
  };
}
