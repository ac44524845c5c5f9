import type { ServiceName } from './service.ts';

/** One answered (or deliberately unanswered) request, as CloudTrail would note it. Holds no secrets and no bodies. */
export interface CallRecord {
  at: string;
  requestId: string;
  service: ServiceName;
  operation: string;
  region: string;
  /** Absent when the signature was not accepted. */
  accountId?: string;
  callerArn?: string;
  /** For AssumeRole: the role asked for. */
  resource?: string;
  /** HTTP status of the answer; 0 when none was sent. */
  status: number;
  /** AWS's error code, absent on success. */
  error?: string;
}

/** Remembers the newest calls and counts all of them. */
export interface CallLog {
  record(call: CallRecord): void;
  /** Newest last; at most `CALL_LOG_MAX`. */
  calls(): readonly CallRecord[];
  /** Calls so far by account, region and operation, of every outcome. */
  counts(): readonly CallCount[];
  clear(): void;
}

export interface CallCount {
  accountId: string;
  region: string;
  service: ServiceName;
  operation: string;
  calls: number;
  errors: number;
}

export const CALL_LOG_MAX = 10_000;

export function createCallLog(): CallLog {
  let calls: CallRecord[] = [];
  const counts = new Map<string, CallCount>();
  return {
    record(call) {
      calls.push(call);
      // Twice the limit before trimming, so that trimming costs nothing per call.
      if (calls.length >= 2 * CALL_LOG_MAX) calls = calls.slice(-CALL_LOG_MAX);
      const accountId = call.accountId ?? '';
      const key = `${accountId} ${call.region} ${call.service} ${call.operation}`;
      const count = counts.get(key) ?? {
        accountId,
        region: call.region,
        service: call.service,
        operation: call.operation,
        calls: 0,
        errors: 0,
      };
      count.calls += 1;
      if (call.error !== undefined || call.status === 0) count.errors += 1;
      counts.set(key, count);
    },
    calls: () => calls.slice(-CALL_LOG_MAX),
    counts: () => [...counts.values()],
    clear() {
      calls = [];
      counts.clear();
    },
  };
}
