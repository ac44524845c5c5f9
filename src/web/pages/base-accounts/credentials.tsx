import Box from '@cloudscape-design/components/box';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import { CopyableId } from '../../parts/failure-alert.tsx';
import { FaultPopover } from '../../parts/fault.tsx';
import { TimeAgo } from '../../parts/time.tsx';
import { KIND_WORDS } from './credentials-kinds.ts';
import type { BaseAccount } from './draft.ts';

/** "IAM user whose access key ends in …ABCD", or what else Causeway acts as, for a sentence. */
export function identityInWords({ credentialsKind, accessKeyIdEnding }: BaseAccount): string {
  const { identity } = KIND_WORDS[credentialsKind];
  return accessKeyIdEnding === null ? identity : `${identity} whose access key ends in …${accessKeyIdEnding}`;
}

/** The kind of credentials, what of them can be shown, and since when. */
export function CredentialsInShort({ baseAccount }: { baseAccount: BaseAccount }) {
  const { credentialsKind, accessKeyIdEnding, keyCreatedAt } = baseAccount;
  return (
    <>
      {accessKeyIdEnding === null ? KIND_WORDS[credentialsKind].label : `…${accessKeyIdEnding}`}
      <Box color="text-body-secondary" fontSize="body-s">
        entered <TimeAgo at={keyCreatedAt} />
      </Box>
    </>
  );
}

export function Proof({ baseAccount: { proof } }: { baseAccount: BaseAccount }) {
  if (!proof) return <StatusIndicator type="pending">Not proved</StatusIndicator>;
  if (proof.outcome === 'failed' && proof.fault) return <FaultPopover fault={proof.fault} />;
  return (
    <>
      <StatusIndicator type={proof.outcome === 'ok' ? 'success' : 'error'}>
        {proof.outcome === 'ok' ? 'Proved' : 'Failed'}
      </StatusIndicator>
      <Box color="text-body-secondary" fontSize="body-s">
        <TimeAgo at={proof.checkedAt} />
      </Box>
    </>
  );
}

/** The ARN that AWS knows the credentials by, once they were proved. */
export function CallerArn({ baseAccount: { proof } }: { baseAccount: BaseAccount }) {
  return proof?.callerArn ? <CopyableId text={proof.callerArn} what="ARN of the identity" /> : <>Not known yet</>;
}
