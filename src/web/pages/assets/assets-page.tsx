import { CRUMBS } from '../../paths.ts';
import { Page } from '../../shell/page.tsx';
import { AssetHelp } from './asset-help.tsx';
import { AssetsTable } from './assets-table.tsx';

/** AssetView > Assets: every type. */
export function AssetsPage() {
  return (
    <Page title="Assets" crumbs={[CRUMBS.assetView]} contentType="table" help={HELP}>
      <AssetsTable app="asset-view" title="Assets" />
    </Page>
  );
}

const HELP = <AssetHelp />;
