import Alert from '@cloudscape-design/components/alert';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Tabs from '@cloudscape-design/components/tabs';
import { useParams } from 'react-router';
import { JsonCode } from '../../parts/code.tsx';
import { type Fact, Facts } from '../../parts/facts.tsx';
import { CopyableId } from '../../parts/failure-alert.tsx';
import { FaultAlert } from '../../parts/fault.tsx';
import { PageLink } from '../../parts/links.tsx';
import { Loaded } from '../../parts/loaded.tsx';
import { Tags } from '../../parts/tags.tsx';
import { ExactTime, TimeAgo } from '../../parts/time.tsx';
import { useView } from '../../parts/view-state.ts';
import { CRUMBS, PATHS } from '../../paths.ts';
import { useRead } from '../../queries.ts';
import { Page } from '../../shell/page.tsx';
import { AssetState } from './asset-state.tsx';
import {
  type Asset,
  type AssetTypeInfo,
  INSTANCE_TYPE,
  isUnknown,
  labelOfType,
  useAssetTypes,
  valuesAt,
} from './asset-types.ts';
import { groupsOf } from './attribute-groups.ts';
import { AttributeTree } from './attribute-tree.tsx';
import { History } from './history.tsx';

export function AssetPage() {
  const { id = '' } = useParams();
  const read = useRead('getAsset', { params: { id } }, { again: () => 30_000 });
  const types = useAssetTypes();
  const asset = read.data;
  const instance = asset?.assetType === INSTANCE_TYPE;
  return (
    <Page title={asset ? titleOf(asset) : 'Asset'} crumbs={[CRUMBS.assetView, instance ? INSTANCES : ASSETS]}>
      <Loaded read={read} what="the asset" heading="Asset">
        {found => <AssetView asset={found} types={types} />}
      </Loaded>
    </Page>
  );
}

const INSTANCES = { text: 'Instances', href: PATHS.instances };
const ASSETS = { text: 'Assets', href: PATHS.assets };

function titleOf(asset: Asset): string {
  return asset.name ?? asset.nativeId;
}

function AssetView({ asset, types }: { asset: Asset; types: readonly AssetTypeInfo[] }) {
  const { get, set } = useView();
  return (
    <SpaceBetween size="l">
      <Header variant="h1" description={`${labelOfType(types, asset.assetType)} ${asset.nativeId}`}>
        {titleOf(asset)}
      </Header>
      <Past asset={asset} />
      <Unknown asset={asset} />
      <Summary asset={asset} />
      <Tabs
        ariaLabel="About the asset"
        activeTabId={get('tab') || 'details'}
        onChange={event => set({ tab: event.detail.activeTabId === 'details' ? '' : event.detail.activeTabId })}
        tabs={[
          {
            id: 'details',
            label: 'Details',
            content: <Details asset={asset} info={types.find(({ assetType }) => assetType === asset.assetType)} />,
          },
          { id: 'tags', label: 'Tags', content: <TagsOf asset={asset} /> },
          { id: 'history', label: 'History', content: <History id={asset.id} /> },
          { id: 'attributes', label: 'All attributes', content: <Attributes asset={asset} /> },
          { id: 'connectors', label: 'Connectors', content: <SeenBy asset={asset} /> },
        ]}
      />
    </SpaceBetween>
  );
}

/** Says when what stands here is not so any more. */
function Past({ asset }: { asset: Asset }) {
  if (asset.goneAt !== null) {
    return (
      <Alert type="warning" header="Gone">
        A complete observation <TimeAgo at={asset.goneAt} /> did not see it any more. What stands here is how it was
        last seen.
      </Alert>
    );
  }
  if (asset.observed === 'detached') {
    return (
      <Alert type="warning" header="Detached">
        The connectors that saw it were deleted, so nobody looks after it any more. What stands here is how it was last
        seen.
      </Alert>
    );
  }
  if (asset.observed === 'disabled') {
    return (
      <Alert type="warning" header="All of its connectors are disabled">
        Nobody looks after it until one of them is enabled. What stands here is how it was last seen.
      </Alert>
    );
  }
  return asset.state === 'terminated' ? (
    <Alert type="info" header="Terminated">
      The instance has ended. AWS lists it for about an hour more; Causeway keeps it with its history.
    </Alert>
  ) : null;
}

/** Says what nobody may take for absent: it could not be read. */
function Unknown({ asset }: { asset: Asset }) {
  const fields = Object.keys(asset.unknown);
  const [first] = Object.values(asset.unknown);
  if (!first) return null;
  const names = fields.includes('*') ? 'Everything but its name' : fields.join(', ');
  return (
    <FaultAlert type="warning" header={`Not known at present: ${names}`} fault={first}>
      What stands here of it is from the last time that it could be read, if it ever was.
    </FaultAlert>
  );
}

function Summary({ asset }: { asset: Asset }) {
  return (
    <Container header={<Header variant="h2">Overview</Header>}>
      <Facts
        facts={[
          { label: 'State', value: <AssetState asset={asset} /> },
          { label: 'ID', value: <CopyableId text={asset.nativeId} what="id" /> },
          { label: 'Account', value: <CopyableId text={asset.accountId} what="account ID" /> },
          { label: 'Region', value: asset.region },
          { label: 'First seen', value: <TimeAgo at={asset.firstSeenAt} /> },
          { label: 'Last seen', value: <TimeAgo at={asset.lastSeenAt} /> },
          { label: 'Changed', value: <TimeAgo at={asset.changedAt} /> },
          { label: 'ARN', value: asset.arn && <CopyableId text={asset.arn} what="ARN" /> },
        ]}
      />
    </Container>
  );
}

function Details({ asset, info }: { asset: Asset; info: AssetTypeInfo | undefined }) {
  if (!info || info.properties.length === 0) return <Attributes asset={asset} />;
  return (
    <SpaceBetween size="l">
      {groupsOf(info).map(({ title, properties }) => (
        <Container key={title} header={<Header variant="h2">{title}</Header>}>
          <Facts columns={3} facts={properties.map(property => factOf(asset, property))} />
        </Container>
      ))}
    </SpaceBetween>
  );
}

function factOf(asset: Asset, { name, label, path, kind }: AssetTypeInfo['properties'][number]): Fact {
  const values = valuesAt(asset.attributes, path);
  const [first] = values;
  if (first === undefined) return { label, value: isUnknown(asset, path) ? 'Not known' : null };
  if (kind === 'time') return { label, value: <ExactTime at={first} /> };
  if (kind === 'boolean') return { label, value: first === 'true' ? 'Yes' : 'No' };
  const copied = values.length === 1 && COPIED.test(name);
  return { label, value: copied ? <CopyableId text={first} what={label} /> : values.join(', ') };
}

/** Names of properties whose values people take elsewhere: ids, addresses, ARNs. */
const COPIED = /(id|ip|arn|dnsName|profile)$/i;

function TagsOf({ asset }: { asset: Asset }) {
  return (
    <Container header={<Header variant="h2">Tags</Header>}>
      <Facts
        columns={1}
        facts={[
          { label: 'Tags in AWS', value: <Tags tags={asset.tags} /> },
          { label: 'Tags put on by connectors', value: <Tags tags={asset.connectorTags} none="None" /> },
        ]}
      />
    </Container>
  );
}

function Attributes({ asset }: { asset: Asset }) {
  return (
    <Container
      header={
        <Header variant="h2" description="Everything that AWS answered about it.">
          All attributes
        </Header>
      }
    >
      <Tabs
        ariaLabel="Form of the attributes"
        tabs={[
          { id: 'tree', label: 'Tree', content: <AttributeTree value={asset.attributes} /> },
          {
            id: 'json',
            label: 'JSON',
            content: <JsonCode value={asset.attributes} label="attributes" fileName={`${asset.nativeId}.json`} />,
          },
        ]}
      />
    </Container>
  );
}

function SeenBy({ asset }: { asset: Asset }) {
  return (
    <Container header={<Header variant="h2">Connectors that see it</Header>}>
      {asset.connectorIds.length === 0 ? (
        'None any more.'
      ) : (
        <SpaceBetween size="xs">
          {asset.connectorIds.map(id => (
            <ConnectorLine key={id} id={id} />
          ))}
        </SpaceBetween>
      )}
    </Container>
  );
}

function ConnectorLine({ id }: { id: string }) {
  const read = useRead('getConnector', { params: { id } });
  return (
    <>
      <PageLink href={PATHS.connector(id)}>{read.data?.name ?? id}</PageLink>
      {read.data?.enabled === false && ' (disabled)'}
    </>
  );
}
