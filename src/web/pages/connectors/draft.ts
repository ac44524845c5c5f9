import type { InputOf, RequestOf } from '../../../api/contract.ts';
import { parseExternalId } from '../../../domain/external-id.ts';
import { LIMITS } from '../../../domain/limits.ts';
import { factsOfAccountType, regionFits } from '../../../domain/partition.ts';
import { parseRoleArnOf } from '../../../domain/role-arn.ts';
import type { AccountType, Connector } from '../../parts/hub.tsx';
import { rowsOfTags, type TagRow, tagsOfRows, wrongTags } from '../../parts/tags-editor.tsx';

/** A connector while somebody types it. */
export interface Draft {
  readonly name: string;
  readonly description: string;
  readonly accountType: AccountType;
  readonly apps: InputOf<'createConnector'>['body']['apps'];
  readonly roleArn: string;
  readonly externalId: string;
  readonly everyRegion: boolean;
  readonly regions: readonly string[];
  /** Regions that stand in no list here, separated by commas or spaces. */
  readonly otherRegions: string;
  readonly pollingMinutes: string;
  readonly tags: readonly TagRow[];
  readonly assetTags: readonly TagRow[];
}

export const EMPTY_DRAFT: Draft = {
  name: '',
  description: '',
  accountType: 'global',
  apps: ['cloud-view', 'asset-view'],
  roleArn: '',
  externalId: '',
  everyRegion: true,
  regions: [],
  otherRegions: '',
  pollingMinutes: String(LIMITS.pollingMinutesDefault),
  tags: [],
  assetTags: [],
};

export function draftOf(connector: Connector): Draft {
  const listed: readonly string[] = factsOfAccountType(connector.accountType).defaultRegions;
  const regions = connector.regions ?? [];
  return {
    name: connector.name,
    description: connector.description,
    accountType: connector.accountType,
    apps: connector.apps,
    roleArn: connector.roleArn,
    externalId: connector.externalId,
    everyRegion: connector.regions === null,
    regions: regions.filter(region => listed.includes(region)),
    otherRegions: regions.filter(region => !listed.includes(region)).join(', '),
    pollingMinutes: String(connector.pollingMinutes),
    tags: rowsOfTags(connector.tags),
    assetTags: rowsOfTags(connector.assetTags),
  };
}

/** The body of a request to create a connector; without the account type it is one to change it. */
export function bodyOf(draft: Draft): RequestOf<'createConnector'>['body'] {
  return {
    name: draft.name.trim(),
    description: draft.description,
    accountType: draft.accountType,
    apps: [...draft.apps],
    roleArn: draft.roleArn.trim(),
    ...(draft.externalId === '' ? {} : { externalId: draft.externalId }),
    regions: draft.everyRegion ? null : regionsOf(draft),
    pollingMinutes: Number(draft.pollingMinutes),
    tags: tagsOfRows(draft.tags),
    assetTags: tagsOfRows(draft.assetTags),
  };
}

export function regionsOf(draft: Draft): string[] {
  return [...new Set([...draft.regions, ...draft.otherRegions.split(/[\s,]+/).filter(region => region !== '')])];
}

export type DraftField = Exclude<keyof ReturnType<typeof bodyOf>, 'enabled'>;

/** What is plainly wrong with a field, before anybody asks the server. */
export function wrongIn(draft: Draft, field: DraftField): string | undefined {
  switch (field) {
    case 'name':
      return draft.name.trim() === '' ? 'Give the connector a name.' : undefined;
    case 'roleArn':
      return wrongRoleArn(draft);
    case 'externalId': {
      const parsed = parseExternalId(draft.externalId);
      return draft.externalId === '' || parsed.ok ? undefined : parsed.fault.detail;
    }
    case 'regions':
      return draft.everyRegion ? undefined : wrongRegions(draft);
    case 'pollingMinutes':
      return wrongPolling(draft.pollingMinutes);
    case 'tags':
      return wrongTags(draft.tags);
    case 'assetTags':
      return wrongTags(draft.assetTags);
    case 'description':
    case 'accountType':
    case 'apps':
      return undefined;
  }
}

function wrongRoleArn(draft: Draft): string | undefined {
  if (draft.roleArn.trim() === '') return 'Give the ARN of the role. The role itself may be created later.';
  const parsed = parseRoleArnOf(draft.accountType, draft.roleArn.trim());
  return parsed.ok ? undefined : parsed.fault.detail;
}

function wrongRegions(draft: Draft): string | undefined {
  const regions = regionsOf(draft);
  if (regions.length === 0) return 'Choose at least one region, or all regions.';
  const facts = factsOfAccountType(draft.accountType);
  const foreign = regions.find(region => !regionFits(facts, region));
  return foreign === undefined ? undefined : `“${foreign}” is not a region of the account type ${facts.label}.`;
}

function wrongPolling(text: string): string | undefined {
  const minutes = Number(text);
  const fits = Number.isInteger(minutes) && minutes >= LIMITS.pollingMinutesMin && minutes <= LIMITS.pollingMinutesMax;
  return fits
    ? undefined
    : `Give whole minutes from ${LIMITS.pollingMinutesMin} to ${LIMITS.pollingMinutesMax.toLocaleString('en-US')}.`;
}
