import Header from '@cloudscape-design/components/header';
import SegmentedControl from '@cloudscape-design/components/segmented-control';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useNavigate, useParams } from 'react-router';
import type { ReplyOf } from '../../../api/contract.ts';
import { accountTypeLabel } from '../../parts/hub.tsx';
import { Loaded } from '../../parts/loaded.tsx';
import { PATHS } from '../../paths.ts';
import { useRead } from '../../queries.ts';
import { MigrationConnectors } from './migration-connectors.tsx';
import { MigrationProgress } from './migration-progress.tsx';
import { totalOf } from './next-steps.ts';

export type Migration = ReplyOf<'getTrustMigration'>;

/** How far the connectors of each account type have moved to their target hub, and what is left to do. */
export function TrustMigration() {
  const { accountType: asked } = useParams();
  const navigate = useNavigate();
  const read = useRead('listTrustMigrations', {}, { again: reply => soonWhileMoving(reply?.items ?? []) });
  return (
    <Loaded read={read} what="the trust migration">
      {({ items }) => {
        const shown = items.find(({ accountType }) => accountType === asked) ?? firstWithConnectors(items);
        if (!shown) return null;
        return (
          <SpaceBetween size="l">
            <Header
              variant="h2"
              description="A role lets in whom its trust policy names. Here you see which roles let their target hub in already, and get the edits for the others."
              actions={
                <SegmentedControl
                  label="Account type"
                  selectedId={shown.accountType}
                  options={items.map(migration => ({ id: migration.accountType, text: labelOf(migration) }))}
                  onChange={event => void navigate(PATHS.trustMigration(event.detail.selectedId))}
                />
              }
            >
              Trust migration
            </Header>
            <MigrationProgress key={shown.accountType} migration={shown} />
            <MigrationConnectors key={`${shown.accountType} connectors`} migration={shown} />
          </SpaceBetween>
        );
      }}
    </Loaded>
  );
}

const whileRecheckingMs = 1_000;
const whileMovingMs = 3_000;
const otherwiseMs = 15_000;

/** How long until the figures are read again: often while they change by themselves. */
export function soonWhileMoving(migrations: readonly Migration[]): number {
  if (migrations.some(({ recheck }) => recheck?.state === 'running')) return whileRecheckingMs;
  return migrations.some(({ totals }) => totals.onTarget < totalOf(totals)) ? whileMovingMs : otherwiseMs;
}

function firstWithConnectors(migrations: readonly Migration[]): Migration | undefined {
  return migrations.find(({ totals }) => totalOf(totals) > 0) ?? migrations[0];
}

function labelOf({ accountType, totals }: Migration): string {
  return `${accountTypeLabel(accountType)} (${totalOf(totals).toLocaleString('en-US')})`;
}
