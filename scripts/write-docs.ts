// Writes the documents that are made from code: `npm run write-docs` after a change of the fault catalogue.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { FAULT_CODES, FAULTS } from '../src/domain/faults.ts';

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

if (import.meta.main) writeFileSync(FAULTS_FILE, faultsDocument());
