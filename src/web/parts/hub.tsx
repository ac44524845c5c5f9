import type { ReplyOf } from '../../api/contract.ts';
import type { Hub } from '../../domain/hub.ts';
import { PARTITIONS } from '../../domain/partition.ts';

export type Connector = ReplyOf<'getConnector'>;
export type AccountType = Connector['accountType'];

/** "base account 111122223333", or what stands there when no hub is known. */
export function HubName({ hub, none = 'none', short = false }: { hub: Hub | null; none?: string; short?: boolean }) {
  if (!hub) return <>{none}</>;
  return (
    <span className={short ? 'causeway-nowrap' : 'causeway-words'}>
      {hub.kind === 'base-account' ? 'Base' : 'Platform'}
      {short ? '' : ' account'} {hub.accountId}
    </span>
  );
}

export function accountTypeLabel(accountType: AccountType): string {
  return PARTITIONS.find(row => row.accountType === accountType)?.label ?? accountType;
}
