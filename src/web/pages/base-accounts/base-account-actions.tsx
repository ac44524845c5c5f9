import { type ComponentType, type ReactNode, useState } from 'react';
import { useNavigate } from 'react-router';
import { failureInWords, problemOf } from '../../parts/failure-alert.tsx';
import { FaultDetail } from '../../parts/fault.tsx';
import type { MenuItem } from '../../parts/menu.tsx';
import { PATHS } from '../../paths.ts';
import { useChange } from '../../queries.ts';
import { useWhyNot } from '../../session.tsx';
import { useNotify } from '../../shell/notices.tsx';
import { CutOver } from './cut-over.tsx';
import { DeleteBaseAccount } from './delete-base-account.tsx';
import { DestroyEarlier } from './destroy-earlier.tsx';
import type { BaseAccount } from './draft.ts';
import { HubPolicy } from './hub-policy.tsx';
import { RollBack } from './roll-back.tsx';
import { RotateKey } from './rotate-key.tsx';

const DIALOGS = {
  policy: HubPolicy,
  'cut-over': CutOver,
  'roll-back': RollBack,
  'destroy-earlier': DestroyEarlier,
  rotate: RotateKey,
  delete: DeleteBaseAccount,
} as const satisfies Record<string, ComponentType<DialogProps>>;

type DialogName = keyof typeof DIALOGS;

interface DialogProps {
  readonly baseAccount: BaseAccount;
  readonly onClose: () => void;
  /** Where its page has nothing to show any more. */
  readonly onDeleted?: (() => void) | undefined;
}

/** What can be done with a base account, for the menus of its row and its page; `dialog` has to stand on the page. */
export function useBaseAccountActions({ onDeleted }: { onDeleted?: () => void } = {}): {
  readonly menu: (baseAccount: BaseAccount) => readonly MenuItem[];
  readonly check: (baseAccount: BaseAccount) => void;
  readonly checking: boolean;
  readonly open: (dialog: DialogName, baseAccount: BaseAccount) => void;
  readonly dialog: ReactNode;
} {
  const [opened, setOpened] = useState<{ name: DialogName; of: BaseAccount } | null>(null);
  const navigate = useNavigate();
  const { check, checking } = useCheck();
  const notAdministrator = useWhyNot('administrator');
  const notOperator = useWhyNot('operator');
  const open = (name: DialogName, of: BaseAccount) => setOpened({ name, of });
  const go = (path: string) => () => void navigate(path);
  const menu = (baseAccount: BaseAccount): MenuItem[] => {
    const { id, accountType, earlier, cutover } = baseAccount;
    const noEarlier = earlier.length === 0 ? 'There are no earlier credentials.' : null;
    return [
      { text: 'Open', onClick: go(PATHS.baseAccount(id)) },
      { text: 'Edit', onClick: go(PATHS.editBaseAccount(id)), whyNot: notAdministrator },
      { text: 'Check now', onClick: () => check(baseAccount), whyNot: notOperator },
      { text: 'Hub health', onClick: go(PATHS.baseAccountTab(id, 'health')), whyNot: notOperator },
      { text: 'Show hub policy', onClick: () => open('policy', baseAccount) },
      { text: 'Trust migration', onClick: go(PATHS.trustMigration(accountType)) },
      {
        text: 'Rotate the key',
        onClick: () => open('rotate', baseAccount),
        whyNot: notAdministrator ?? whyNotRotate(baseAccount),
      },
      {
        text: 'Cut over immediately',
        onClick: () => open('cut-over', baseAccount),
        whyNot: notAdministrator ?? (cutover === 'immediate' ? 'Its cutover is immediate already.' : null),
      },
      {
        text: 'Roll back',
        onClick: () => open('roll-back', baseAccount),
        whyNot: notAdministrator ?? noEarlier,
      },
      {
        text: 'Destroy earlier credentials',
        onClick: () => open('destroy-earlier', baseAccount),
        whyNot: notAdministrator ?? noEarlier,
      },
      { text: 'Delete', onClick: () => open('delete', baseAccount), whyNot: notAdministrator },
    ];
  };
  const Dialog: ComponentType<DialogProps> | null = opened && DIALOGS[opened.name];
  return {
    menu,
    check,
    checking,
    open,
    dialog: opened && Dialog && (
      <Dialog baseAccount={opened.of} onClose={() => setOpened(null)} onDeleted={onDeleted} />
    ),
  };
}

/** Why Causeway cannot make a new key for a base account; null when it can. */
export function whyNotRotate({ credentialsKind, rotation }: BaseAccount): string | null {
  if (credentialsKind !== 'access-key') return 'It is keyless, so there is no key to rotate.';
  if (rotation?.state === 'running' || rotation?.state === 'blocked') return 'A rotation is under way already.';
  return null;
}

function useCheck() {
  const notify = useNotify();
  const check = useChange('checkBaseAccount');
  return {
    checking: check.isPending,
    check: ({ id, title }: BaseAccount) =>
      check.mutate(
        { params: { id } },
        {
          onSuccess: ({ outcome, callerArn, fault }) =>
            notify({
              type: outcome === 'ok' ? 'success' : 'error',
              header:
                outcome === 'ok' ? `The credentials of “${title}” work` : `The credentials of “${title}” do not work`,
              content: fault ? <FaultDetail fault={fault} titled /> : callerArn && `AWS knows them as ${callerArn}.`,
            }),
          onError: error => notify({ type: 'error', header: problemOf(error).title, content: failureInWords(error) }),
        },
      ),
  };
}
