import { readFile } from 'node:fs/promises';
import type { ReplyOf, RequestOf } from '../api/contract.ts';
import type { Io } from './io.ts';
import { type Outcome, usage } from './outcome.ts';
import { type CommonOptions, readSecret } from './run-command.ts';

type Kind = ReplyOf<'getAlertChannel'>['settings']['kind'];

export interface ChannelOptions extends CommonOptions {
  readonly name?: string;
  /** The address of a webhook; `--url` is Causeway’s. */
  readonly postTo?: string;
  readonly host?: string;
  readonly port?: string;
  readonly security?: 'tls' | 'starttls' | 'none';
  readonly smtpUser?: string;
  readonly from?: string;
  readonly to?: string;
  readonly afterIntervals?: string;
  readonly remindHours?: string;
  readonly enable?: boolean;
  readonly disable?: boolean;
  readonly secretStdin?: boolean;
  readonly secretFile?: string;
}

type CreateBody = RequestOf<'createAlertChannel'>['body'];
type EditBody = RequestOf<'changeAlertChannel'>['body'];

export async function createBody(
  io: Io,
  options: ChannelOptions & { readonly kind: Kind; readonly name: string },
): Promise<Outcome<CreateBody>> {
  const { kind, name, postTo, host, from, to, smtpUser } = options;
  const common = { name, ...numbersOf(options) };
  if (kind === 'webhook') {
    if (postTo === undefined) return usage('A webhook needs an address.', 'Add --post-to https://….');
    const secret = await secretOf(io, options, 'Signing secret');
    return secret.ok ? { ok: true, value: { kind, ...common, url: postTo, secret: secret.value } } : secret;
  }
  if (host === undefined || from === undefined || to === undefined) {
    return usage('E-mail needs a mail server, a sender and recipients.', 'Add --host, --from and --to.');
  }
  const port = options.security === 'tls' ? 465 : 587;
  const mail = { kind, ...common, port, ...mailOf(options), host, from, to: listOf(to) };
  if (smtpUser === undefined && (options.secretStdin || options.secretFile !== undefined)) {
    return usage('A password needs its user name.', 'Add --smtp-user.');
  }
  if (smtpUser === undefined) return { ok: true, value: mail };
  const secret = await secretOf(io, options, 'Password of the mail server');
  return secret.ok ? { ok: true, value: { ...mail, secret: secret.value } } : secret;
}

export async function editBody(io: Io, kind: Kind, options: ChannelOptions): Promise<Outcome<EditBody>> {
  const { name, postTo, enable, disable, secretStdin, secretFile } = options;
  if (enable && disable) return usage('--enable and --disable are both given.', 'Give one of them.');
  const secret = secretStdin || secretFile !== undefined ? await secretOf(io, options, 'New secret') : undefined;
  if (secret && !secret.ok) return secret;
  const common = {
    ...(name === undefined ? {} : { name }),
    ...(enable || disable ? { enabled: enable === true } : {}),
    ...numbersOf(options),
    ...(secret ? { secret: secret.value } : {}),
  };
  const settings = kind === 'webhook' ? (postTo === undefined ? {} : { url: postTo }) : mailOf(options);
  const change = { ...common, ...settings };
  if (Object.keys(change).length === 0) {
    return usage('Nothing to change was given.', 'Add what is to change; see --help.');
  }
  return { ok: true, value: { kind, ...change } };
}

function numbersOf({ afterIntervals, remindHours }: ChannelOptions) {
  return {
    ...(afterIntervals === undefined ? {} : { afterIntervals: Number(afterIntervals) }),
    ...(remindHours === undefined ? {} : { remindHours: Number(remindHours) }),
  };
}

/** An empty user name is none. */
function mailOf({ host, port, security, smtpUser, from, to }: ChannelOptions) {
  return {
    ...(host === undefined ? {} : { host }),
    ...(port === undefined ? {} : { port: Number(port) }),
    ...(security === undefined ? {} : { security }),
    ...(smtpUser === undefined ? {} : { username: smtpUser === '' ? null : smtpUser }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to: listOf(to) }),
  };
}

function listOf(text: string): string[] {
  return text
    .split(',')
    .map(word => word.trim())
    .filter(word => word !== '');
}

async function secretOf(
  io: Io,
  { secretFile, secretStdin }: ChannelOptions,
  question: string,
): Promise<Outcome<string>> {
  if (secretFile === undefined) {
    return await readSecret(io, { fromStdin: secretStdin === true, question, flag: '--secret-stdin' });
  }
  try {
    return { ok: true, value: (await readFile(secretFile, 'utf8')).trim() };
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    return usage(`${secretFile} cannot be read (${error.code}).`, 'Check --secret-file.');
  }
}
