import SpaceBetween from '@cloudscape-design/components/space-between';
import type { ReplyOf } from '../../../api/contract.ts';
import { hubInWords, sameHub } from '../../../domain/hub.ts';
import { DiagnosisInShort } from '../../parts/diagnosis.tsx';
import { failureInWords, problemOf } from '../../parts/failure-alert.tsx';
import { FaultDetail } from '../../parts/fault.tsx';
import type { Connector } from '../../parts/hub.tsx';
import { PageLink } from '../../parts/links.tsx';
import { TimeAgo } from '../../parts/time.tsx';
import { PATHS } from '../../paths.ts';
import { useChange } from '../../queries.ts';
import { type Notice, useNotify } from '../../shell/notices.tsx';

type Checked = Pick<Connector, 'id' | 'name' | 'currentHub'>;
type CheckResult = ReplyOf<'checkConnector'>;

/**
 * Checks a connector now and says above the page what came of it, also that it has moved.
 * @param brief without the reason, where the page shows it anyway
 */
export function useCheck({ brief = false }: { readonly brief?: boolean } = {}): {
  readonly check: (connector: Checked) => void;
  readonly checking: boolean;
} {
  const notify = useNotify();
  const checkConnector = useChange('checkConnector');
  return {
    check: connector =>
      checkConnector.mutate(
        { params: { id: connector.id } },
        {
          onSuccess: result => {
            const { content, ...notice } = noticeOf(connector, result);
            notify(brief ? notice : { ...notice, content });
          },
          onError: error => notify({ type: 'error', header: problemOf(error).title, content: failureInWords(error) }),
        },
      ),
    checking: checkConnector.isPending,
  };
}

/** What a check has found, in a notice; the connector's page has the rest. */
function noticeOf({ id, name, currentHub }: Checked, result: CheckResult): Notice {
  const { outcome, hub, fault, targetFault } = result;
  if (outcome === 'failed') {
    return {
      type: 'error',
      header: `The check of “${name}” failed`,
      content: fault && <Why id={id} fault={fault} result={result} />,
    };
  }
  if (targetFault && hub) {
    return {
      type: 'warning',
      header: `“${name}” works, still through ${hubInWords(hub)}`,
      content: <Why id={id} fault={targetFault} result={result} />,
    };
  }
  const moved = hub && currentHub && !sameHub(hub, currentHub) ? `“${name}” has moved to ${hubInWords(hub)}` : null;
  if (fault) {
    return {
      type: 'warning',
      header: `${moved ?? `“${name}” works`}, but: ${fault.title}`,
      content: <FaultDetail fault={fault} />,
    };
  }
  return {
    type: 'success',
    header: moved ?? `The check of “${name}” passed`,
    content: hub && `The role lets ${hubInWords(hub)} in, and only with the external ID.`,
  };
}

/** The diagnosis where there is one, because it says more than the fault that it explains. */
function Why({
  id,
  fault,
  result: { diagnosis, nextTryAt },
}: {
  id: string;
  fault: NonNullable<CheckResult['fault']>;
  result: CheckResult;
}) {
  return (
    <SpaceBetween size="xs">
      {diagnosis ? <DiagnosisInShort diagnosis={diagnosis} /> : <FaultDetail fault={fault} titled />}
      {nextTryAt && <NextTry at={nextTryAt} />}
      <PageLink href={PATHS.connectorTab(id, 'trust')} color="inverted">
        {diagnosis && diagnosis.causes.length > 1
          ? 'See all causes, and the change of the role'
          : 'See the change of the role'}
      </PageLink>
    </SpaceBetween>
  );
}

/** Of a role that was made or edited moments ago and may not be visible in all of AWS yet. */
export function NextTry({ at }: { at: string }) {
  if (new Date(at).getTime() < Date.now()) return null;
  return (
    <div>
      AWS may not know a new or edited role everywhere yet. Causeway tries again by itself: <TimeAgo at={at} />.
    </div>
  );
}
