import { CRUMBS } from '../../paths.ts';
import { Page } from '../../shell/page.tsx';
import { AssetHelp } from './asset-help.tsx';
import { INSTANCE_TYPE } from './asset-types.ts';
import { AssetsTable } from './assets-table.tsx';

/** AssetView > Instances. */
export function InstancesPage() {
  return (
    <Page title="Instances" crumbs={[CRUMBS.assetView]} contentType="table" help={HELP}>
      <AssetsTable app="asset-view" title="Instances" assetType={INSTANCE_TYPE} />
    </Page>
  );
}

const HELP = <AssetHelp />;
