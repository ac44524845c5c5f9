import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import ColumnLayout from '@cloudscape-design/components/column-layout';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import ProgressBar from '@cloudscape-design/components/progress-bar';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';
import { TRUST_STATES, type TrustState } from '../../../domain/trust-state.ts';
import { failureInWords, problemOf } from '../../parts/failure-alert.tsx';
import { Figure } from '../../parts/figure.tsx';
import { HubName } from '../../parts/hub.tsx';
import { PageLink } from '../../parts/links.tsx';
import { TRUST_STATE_WORDS, TrustStateMark } from '../../parts/trust-state.tsx';
import { PATHS } from '../../paths.ts';
import { useChange } from '../../queries.ts';
import { useWhyNot } from '../../session.tsx';
import { useNotify } from '../../shell/notices.tsx';
import { EditsDialog } from './edits-dialog.tsx';
import { nextSteps, percentOf, totalOf } from './next-steps.ts';
import { RecheckView } from './recheck.tsx';
import type { Migration } from './trust-migration.tsx';

/** Where the connectors of one account type stand, and what to do next. */
export function MigrationProgress({ migration }: { migration: Migration }) {
  const [saving, setSaving] = useState(false);
  const { accountType, targetHub, totals, recheck } = migration;
  const total = totalOf(totals);
  return (
    <Container
      header={
        <Header
          variant="h2"
          description={<Target migration={migration} />}
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              <RecheckButton migration={migration} />
              <DownloadButton migration={migration} onClick={() => setSaving(true)} />
            </SpaceBetween>
          }
        >
          Progress
        </Header>
      }
    >
      <SpaceBetween size="l">
        {total > 0 && (
          <ProgressBar
            label="Connectors on target"
            value={percentOf(totals.onTarget, total)}
            additionalInfo={`${totals.onTarget.toLocaleString('en-US')} of ${total.toLocaleString('en-US')}`}
          />
        )}
        <ColumnLayout columns={4} variant="text-grid" minColumnWidth={165}>
          {TRUST_STATES.map(state => (
            <Figure
              key={state}
              label={<TrustStateMark state={state} />}
              count={countOf(totals, state)}
              href={`${PATHS.trustMigration(accountType)}?state=${state}`}
              what={TRUST_STATE_WORDS[state].label}
            />
          ))}
        </ColumnLayout>
        {recheck && <RecheckView recheck={recheck} />}
        <Next migration={migration} />
      </SpaceBetween>
      {saving && targetHub && <EditsDialog migration={migration} onClose={() => setSaving(false)} />}
    </Container>
  );
}

export function countOf(totals: Migration['totals'], state: TrustState): number {
  return state === 'on-target' ? totals.onTarget : totals[state];
}

function Target({ migration: { targetHub, baseAccountId } }: { migration: Migration }) {
  if (!targetHub) return <>No target hub.</>;
  const name = <HubName hub={targetHub} />;
  return <>Target hub: {baseAccountId ? <PageLink href={PATHS.baseAccounts}>{name}</PageLink> : name}</>;
}

function RecheckButton({ migration: { accountType, totals, targetHub, recheck } }: { migration: Migration }) {
  const notify = useNotify();
  const start = useChange('startRecheck');
  const notOperator = useWhyNot('operator');
  const whyNot = notOperator ?? whyNotRecheck({ total: totalOf(totals), targetHub, recheck });
  return (
    <Button
      iconName="refresh"
      loading={start.isPending}
      loadingText="Starting"
      disabled={whyNot !== null}
      disabledReason={whyNot ?? undefined}
      onClick={() =>
        start.mutate(
          { params: { accountType } },
          {
            onError: error => notify({ type: 'error', header: problemOf(error).title, content: failureInWords(error) }),
          },
        )
      }
    >
      Re-check all
    </Button>
  );
}

function whyNotRecheck({
  total,
  targetHub,
  recheck,
}: Pick<Migration, 'targetHub' | 'recheck'> & { total: number }): string | null {
  if (total === 0) return 'There is no connector to check.';
  if (!targetHub) return 'There is no hub that could be let in.';
  return recheck?.state === 'running' ? 'A re-check is under way.' : null;
}

function DownloadButton({ migration: { totals, targetHub }, onClick }: { migration: Migration; onClick: () => void }) {
  const none = totalOf(totals) === 0 ? 'There is no connector whose role could be edited.' : null;
  const whyNot = none ?? (targetHub ? null : 'There is no hub that a role could be edited for.');
  return (
    <Button
      variant="primary"
      iconName="download"
      disabled={whyNot !== null}
      disabledReason={whyNot ?? undefined}
      onClick={onClick}
    >
      Download edits
    </Button>
  );
}

function Next({ migration }: { migration: Migration }) {
  const { type, header, steps } = nextSteps(migration);
  return (
    <Alert type={type} header={header}>
      {steps.length === 1 && steps[0]}
      {steps.length > 1 && (
        <>
          <Box color="inherit">What to do next:</Box>
          <ol className="causeway-causes">
            {steps.map(step => (
              <li key={step}>{step}</li>
            ))}
          </ol>
        </>
      )}
    </Alert>
  );
}
