import { CRUMBS } from '../../paths.ts';
import { Page } from '../../shell/page.tsx';
import { ConnectorsTable } from './connectors-table.tsx';
import { ConnectorHelp } from './help.tsx';

/** CloudView > Connectors. */
export function ConnectorsPage() {
  return (
    <Page title="Connectors" crumbs={[CRUMBS.cloudView]} contentType="table" help={HELP}>
      <ConnectorsTable />
    </Page>
  );
}

const HELP = <ConnectorHelp />;
