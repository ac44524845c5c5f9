import type { Fault } from '../domain/faults.ts';
import type { ChannelSettings } from '../store/alert-channels.ts';
import type { AlertDeps } from './deps.ts';
import { sendEmail } from './email.ts';
import { createGuard } from './guard.ts';
import type { AlertMessage } from './message.ts';
import { postWebhook } from './webhook.ts';

/** Tries once to send a message through a channel; null when the receiver took it. Faults: secret-unreadable too. */
export async function send(
  { vault, clock, alertNetworks = [] }: Pick<AlertDeps, 'vault' | 'clock' | 'alertNetworks'>,
  { id, settings, sealedSecret }: { id: string; settings: ChannelSettings; sealedSecret: unknown },
  message: AlertMessage,
): Promise<Fault | null> {
  const secret = sealedSecret ? vault.open(id, sealedSecret) : null;
  if (secret && !secret.ok) return secret.fault;
  const guard = createGuard(alertNetworks);
  switch (settings.kind) {
    case 'webhook':
      return await postWebhook({ url: settings.url, secret: secret?.value ?? '', now: clock.now() }, message, guard);
    case 'email':
      return await sendEmail({ settings, password: secret?.value ?? null }, message, guard);
  }
}
