import { type ReactNode, useState } from 'react';
import { useNavigate } from 'react-router';
import { failureInWords, problemOf } from '../../parts/failure-alert.tsx';
import type { Connector } from '../../parts/hub.tsx';
import type { MenuItem } from '../../parts/menu.tsx';
import { PATHS } from '../../paths.ts';
import { useChange } from '../../queries.ts';
import { useWhyNot } from '../../session.tsx';
import { useNotify } from '../../shell/notices.tsx';
import { DeleteConnector } from './delete-connector.tsx';
import { useCheck } from './use-check.tsx';

type Wording = Pick<Connector, 'id' | 'name'>;

/** What can be done with a connector, for the menus of its row and its page; `dialog` has to stand on the page. */
export function useConnectorActions(): {
  readonly menu: (connector: Connector) => readonly MenuItem[];
  readonly run: (connector: Wording) => void;
  readonly check: (connector: Connector) => void;
  readonly busy: boolean;
  readonly dialog: ReactNode;
} {
  const [deleting, setDeleting] = useState<Connector | null>(null);
  const navigate = useNavigate();
  const whyNot = useWhyNot('operator');
  const { run, check, checking, change, setInAssetView } = useConnectorChanges();
  const menu = (connector: Connector): MenuItem[] => {
    const inAssetView = connector.apps.includes('asset-view');
    return [
      { text: 'Run now', onClick: () => run(connector), whyNot: whyNot ?? whyNotRun(connector) },
      { text: 'Check now', onClick: () => check(connector), whyNot },
      { text: connector.enabled ? 'Disable' : 'Enable', onClick: () => change(connector, !connector.enabled), whyNot },
      { text: 'Edit', onClick: () => void navigate(PATHS.editConnector(connector.id)), whyNot },
      {
        text: inAssetView ? 'Remove from AssetView' : 'Add to AssetView',
        onClick: () => setInAssetView(connector, !inAssetView),
        whyNot,
      },
      { text: 'Delete', onClick: () => setDeleting(connector), whyNot },
    ];
  };
  return {
    menu,
    run,
    check,
    busy: checking,
    dialog: deleting && <DeleteConnector connector={deleting} onClose={() => setDeleting(null)} />,
  };
}

/** Why a connector cannot be run just now; null when it can. */
export function whyNotRun(connector: Connector): string | null {
  if (!connector.enabled) return 'The connector is disabled; enable it first.';
  if (connector.state === 'queued' || connector.state === 'running') return 'It is running already.';
  return null;
}

function useConnectorChanges() {
  const notify = useNotify();
  const startRun = useChange('startRun');
  const { check, checking } = useCheck();
  const changeConnector = useChange('changeConnector');
  const add = useChange('addToAssetView');
  const remove = useChange('removeFromAssetView');
  const tellFailure = (error: Error) =>
    notify({ type: 'error', header: problemOf(error).title, content: failureInWords(error) });
  const tell = (header: string, content?: ReactNode) => ({
    onSuccess: () => notify({ type: 'success', header, content }),
    onError: tellFailure,
  });
  return {
    run: ({ id, name }: Wording) =>
      startRun.mutate({ params: { id } }, tell(`“${name}” is queued to run`, 'Its page shows the progress.')),
    check,
    checking,
    change: ({ id, name }: Wording, enabled: boolean) =>
      changeConnector.mutate(
        { params: { id }, body: { enabled } },
        enabled
          ? tell(`“${name}” is enabled`)
          : tell(`“${name}” is disabled`, 'It does not run until it is enabled again; its assets stay.'),
      ),
    setInAssetView: ({ id, name }: Wording, wanted: boolean) =>
      (wanted ? add : remove).mutate(
        { params: { id } },
        wanted
          ? tell(`“${name}” is in AssetView`)
          : tell(
              `“${name}” was removed from AssetView`,
              '“Use in AssetView” of its base account will not put it back.',
            ),
      ),
  };
}
