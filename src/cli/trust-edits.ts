import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ReplyOf, RequestOf } from '../api/contract.ts';
import type { AccountType } from '../domain/partition.ts';
import { answer, EXIT, type Outcome, refuse, usage } from './outcome.ts';
import type { CommonOptions, Session } from './run-command.ts';
import { count, table } from './text.ts';

type Query = RequestOf<'trustEdits'>['query'];

export interface EditsOptions extends CommonOptions {
  readonly format: Query['format'];
  readonly form: NonNullable<Query['form']>;
  readonly state?: Query['state'];
  readonly out: string;
  readonly force?: boolean;
}

/** Writes the files into a directory, and says which roles are in none of them. */
export async function writeEdits(
  { client }: Session,
  accountType: AccountType,
  { format, form, state, out, force = false }: EditsOptions,
): Promise<Outcome> {
  const edits = await client.call('trustEdits', { params: { accountType }, query: { format, form, state } });
  if (!edits.ok) return edits;
  const { files, roles, leftOut } = edits.value;
  const outside = files.find(({ name }) => !isWithin(name));
  if (outside) {
    const detail = `The server calls a file "${outside.name}".`;
    return refuse({ exitCode: EXIT.failure, title: 'Not a file name', detail, remedy: 'Check whose server this is.' });
  }
  for (const file of files) {
    const problem = await write(path.join(out, file.name), file, force);
    if (problem) return problem;
  }
  const written = files.map(({ name }) => path.join(out, name));
  const summary =
    files.length === 0
      ? leftOut.length === 0
        ? 'There is nothing to change.'
        : 'No file was written.'
      : `Wrote the edits of ${count(roles, 'role')}:\n${written.map(name => `  ${name}`).join('\n')}`;
  return answer(summary + leftOutText(leftOut), { written, roles, leftOut });
}

/** Whether a name that the server gives stays within the directory: folders and a file, none of them hidden or "..". */
function isWithin(name: string): boolean {
  return name.split('/').every(part => /^[\w-][\w.-]*$/.test(part));
}

type EditsFile = ReplyOf<'trustEdits'>['files'][number];

async function write(file: string, { content, mediaType }: EditsFile, force: boolean) {
  // A script can be run as it is.
  const mode = /shellscript|x-sh/.test(mediaType) ? 0o755 : 0o644;
  try {
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, content, { flag: force ? 'w' : 'wx', mode });
    return undefined;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    return error.code === 'EEXIST'
      ? usage(`${file} is there already.`, 'Give another --out, or --force to write over it.')
      : usage(`${file} cannot be written (${error.code}).`, 'Check --out.');
  }
}

function leftOutText(leftOut: ReplyOf<'trustEdits'>['leftOut']): string {
  if (leftOut.length === 0) return '';
  const rows = leftOut.map(({ name, roleArn, because }) => [name, roleArn, because]);
  return `\n\nNo file changes these roles:\n${table(['connector', 'role', 'because'], rows)}`;
}
