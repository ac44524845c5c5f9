import { addToTotals } from '../store/metrics.ts';
import type { AccountsDeps } from './deps.ts';

export type TotalsDeps = Pick<AccountsDeps, 'db' | 'aws'>;

/**
 * Adds what this process counted to the counters of the deployment. What could not be added is kept for the next time; throws
 * then.
 */
export async function handOverTotals({ db, aws }: TotalsDeps): Promise<void> {
  const counted = aws.totals.take();
  try {
    await addToTotals(db, counted);
  } catch (error) {
    aws.totals.putBack(counted);
    throw error;
  }
}
