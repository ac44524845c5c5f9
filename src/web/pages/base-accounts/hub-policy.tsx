import Box from '@cloudscape-design/components/box';
import Modal from '@cloudscape-design/components/modal';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { Loaded } from '../../parts/loaded.tsx';
import { useRead } from '../../queries.ts';
import { identityInWords } from './credentials.tsx';
import type { BaseAccount } from './draft.ts';
import { HubPolicies } from './hub-policies.tsx';

/** The least policy that a base account's identity needs. */
export function HubPolicy({ baseAccount, onClose }: { baseAccount: BaseAccount; onClose: () => void }) {
  const read = useRead('hubPolicy', { params: { id: baseAccount.id } });
  return (
    <Modal
      visible
      size="large"
      header={`Policy that “${baseAccount.title}” needs`}
      closeAriaLabel="Close"
      onDismiss={onClose}
    >
      <SpaceBetween size="s">
        <Box variant="p">
          Attach what follows to the {identityInWords(baseAccount)}, in account {baseAccount.accountId}. It allows to
          assume the roles of the connectors and nothing else.
        </Box>
        <Loaded read={read} what="the policy">
          {({ policies, because }) => (
            <SpaceBetween size="s">
              <Box variant="p">{because}</Box>
              <HubPolicies policies={policies} />
            </SpaceBetween>
          )}
        </Loaded>
      </SpaceBetween>
    </Modal>
  );
}
