import type { ReplyOf, RequestOf } from '../../../api/contract.ts';
import { LIMITS } from '../../../domain/limits.ts';

export type Channel = ReplyOf<'getAlertChannel'>;
export type Kind = Channel['settings']['kind'];
export type Security = Extract<Channel['settings'], { kind: 'email' }>['security'];

/** A channel while somebody types it. A secret that is left empty stays the one that is stored. */
export interface ChannelDraft {
  readonly kind: Kind;
  readonly name: string;
  readonly url: string;
  readonly host: string;
  readonly port: string;
  readonly security: Security;
  readonly username: string;
  readonly from: string;
  /** Separated by commas. */
  readonly to: string;
  readonly secret: string;
  readonly afterIntervals: string;
  readonly remindHours: string;
}

export function draftOf(channel: Channel | null): ChannelDraft {
  const {
    name = '',
    afterIntervals = LIMITS.alertIntervalsDefault,
    remindHours = LIMITS.alertRemindHoursDefault,
  } = channel ?? {};
  const empty = {
    url: '',
    host: '',
    port: '587',
    security: 'starttls',
    username: '',
    from: '',
    to: '',
    secret: '',
  } as const;
  const common = { ...empty, name, afterIntervals: String(afterIntervals), remindHours: String(remindHours) };
  const settings = channel?.settings ?? { kind: 'webhook', url: '' };
  if (settings.kind === 'webhook') return { ...common, ...settings };
  const { port, username, to, ...rest } = settings;
  return { ...common, ...rest, port: String(port), username: username ?? '', to: to.join(', ') };
}

export function inputOf(draft: ChannelDraft): RequestOf<'createAlertChannel'>['body'] {
  const common = commonOf(draft);
  if (draft.kind === 'webhook') return { kind: draft.kind, ...common, url: draft.url.trim(), secret: draft.secret };
  return { kind: draft.kind, ...common, ...mailOf(draft), ...(draft.secret === '' ? {} : { secret: draft.secret }) };
}

export function changeOf(draft: ChannelDraft): RequestOf<'changeAlertChannel'>['body'] {
  const common = { ...commonOf(draft), ...(draft.secret === '' ? {} : { secret: draft.secret }) };
  if (draft.kind === 'webhook') return { kind: draft.kind, ...common, url: draft.url.trim() };
  return { kind: draft.kind, ...common, ...mailOf(draft) };
}

function commonOf({ name, afterIntervals, remindHours }: ChannelDraft) {
  return { name: name.trim(), afterIntervals: Number(afterIntervals), remindHours: Number(remindHours) };
}

function mailOf({ host, port, security, username, from, to }: ChannelDraft) {
  const recipients = to
    .split(/[,;\s]+/)
    .map(address => address.trim())
    .filter(address => address !== '');
  return {
    ...{ host: host.trim(), port: Number(port), security, from: from.trim(), to: recipients },
    username: username.trim() === '' ? null : username.trim(),
  };
}
