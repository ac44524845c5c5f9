import type { AssetTypeInfo } from './asset-types.ts';

type Property = AssetTypeInfo['properties'][number];

interface Group {
  readonly title: string;
  readonly properties: readonly Property[];
}

/** Which properties belong together on an asset's page, by their names; what is not named here is general. */
const GROUPS = [
  {
    title: 'Network',
    belongs: /ip$|dns|vpc|subnet|networkInterface|cidr|endpoint|gateway|scheme|listener|origin|^url$|alias|port$/i,
  },
  {
    title: 'Security',
    belongs:
      /security|profile|key|httpTokens|encrypt|kms|public|policy|^role$|password|mfa|granted|auth|tls|protection|rootAccess/i,
  },
  { title: 'Storage', belongs: /volume|snapshot|sizeGiB|iops|device|backup|retention/i },
  { title: 'Placement', belongs: /zone|tenancy|host|placement|attachedTo|cluster|bucketRegion/i },
] as const;

/** The properties of a type in groups, general ones first; groups without any are left out. */
export function groupsOf(info: AssetTypeInfo): readonly Group[] {
  const groupOf = (property: Property) => GROUPS.find(group => group.belongs.test(property.name))?.title ?? 'General';
  return ['General', ...GROUPS.map(group => group.title)]
    .map(title => ({ title, properties: info.properties.filter(property => groupOf(property) === title) }))
    .filter(group => group.properties.length > 0);
}
