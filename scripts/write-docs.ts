// Writes the documents that are made from code: `npm run write-docs` after a change of the fault catalogue or of asset types.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { FAULT_CODES, FAULTS } from '../src/domain/faults.ts';
import type { AssetType } from '../src/inventory/define.ts';
import { ASSET_TYPES, READ_ACTIONS } from '../src/inventory/registry.ts';

export const FAULTS_FILE = path.join(import.meta.dirname, '..', 'docs', 'faults.md');

/** Every fault of the catalogue, with the words that API, command line and web show. */
export function faultsDocument(): string {
  const sections = FAULT_CODES.map(code => {
    const { title, explanation, remedy, status, retry } = FAULTS[code];
    return `## ${code}\n\n**${title}.** ${explanation}\n\n${remedy}\n\nStatus ${status}; ${RETRY[retry]}.`;
  });
  return `${HEADING}\n\n${sections.join('\n\n')}\n`;
}

const HEADING = `# Faults

Expected failures and what to do about them. A reply of the API that is not a success is a problem document (RFC 9457) with
one of these codes; stored results, such as a check's or a scope's, carry them too. Written by \`npm run write-docs\` from
\`src/domain/faults.ts\`.`;

const RETRY = {
  now: 'trying again soon can help',
  later: 'trying again later can help',
  'after-change': 'trying again helps only after something was changed',
};

export const ASSET_TYPES_FILE = path.join(import.meta.dirname, '..', 'docs', 'asset-types.md');

/** Every asset type: how it is read, what the role needs for it, what can be searched and what is not kept. */
export function assetTypesDocument(): string {
  const overview = ASSET_TYPES.map(
    ({ assetType, plural, service, scope, operations }) =>
      `| ${plural} | \`${assetType}\` | ${service} | ${scope === 'global' ? 'account' : 'region'} | ${operations.join(', ')} |`,
  );
  return `${ASSET_TYPES_HEADING}

| type | CloudFormation name | service | listed per | operations |
|---|---|---|---|---|
${overview.join('\n')}

${ASSET_TYPES.map(sectionOf).join('\n\n')}

## All actions

The role of a connector needs these and no more; one that lacks some reads what the others allow, and says what it cannot.

\`\`\`
${READ_ACTIONS.join('\n')}
\`\`\`
`;
}

const ASSET_TYPES_HEADING = `# Asset types

What Causeway reads, and how. Written by \`npm run write-docs\` from the files of \`src/inventory\`; names of properties are
those of [the search language](query-language.md).`;

const FOUND = {
  not: '',
  own: ', found by its text alone',
  shared: ', found by its text alone, shared by many',
  dns: ', found by its text alone',
  id: ', found by its text alone if it is whole',
};

function sectionOf({ plural, iamActions, properties, leftOut }: AssetType): string {
  const rows = properties.map(
    ({ name, label, path: where, kind, inSearch }) =>
      `| \`${name}\` | ${label} | \`${where}\` | ${kind}${FOUND[inSearch ?? 'not']} |`,
  );
  const kept = Object.entries(leftOut).map(([field, why]) => `- \`${field}\`: ${why}`);
  return `## ${plural}

Needs ${iamActions.map(action => `\`${action}\``).join(', ')}.

| property | | where in \`attributes\` | |
|---|---|---|---|
${rows.join('\n')}${kept.length === 0 ? '' : `\n\nNot among the attributes:\n\n${kept.join('\n')}`}`;
}

if (import.meta.main) {
  writeFileSync(FAULTS_FILE, faultsDocument());
  writeFileSync(ASSET_TYPES_FILE, assetTypesDocument());
}
