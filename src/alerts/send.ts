import type { ChannelSettings } from '../store/alert-channels.ts';
import type { AlertDeps } from './deps.ts';
import { sendEmail } from './email.ts';
import { createGuard } from './guard.ts';
import type { AlertMessage } from './message.ts';
import type { SendEnd } from './send-end.ts';
import { postWebhook } from './webhook.ts';

/** Tries once to send a message through a channel. Faults: secret-unreadable too. */
export async function send(
  { vault, clock, alertNetworks = [] }: Pick<AlertDeps, 'vault' | 'clock' | 'alertNetworks'>,
  { id, settings, sealedSecret }: { id: string; settings: ChannelSettings; sealedSecret: unknown },
  message: AlertMessage,
): Promise<SendEnd> {
  const secret = sealedSecret ? vault.open(id, sealedSecret) : null;
  if (secret && !secret.ok) return { sent: false, fault: secret.fault };
  const guard = createGuard(alertNetworks);
  switch (settings.kind) {
    case 'webhook': {
      const to = { url: settings.url, secret: secret?.value ?? '', now: clock.now() };
      const fault = await postWebhook(to, message, guard);
      return { sent: fault === null, fault };
    }
    case 'email':
      return await sendEmail({ settings, password: secret?.value ?? null }, message, guard);
  }
}
