import { createHmac } from 'node:crypto';
import https from 'node:https';
import { type Fault, fault } from '../domain/faults.ts';
import { LIMITS } from '../domain/limits.ts';
import type { Guard } from './guard.ts';
import type { AlertMessage } from './message.ts';
import { unreachable } from './unreachable.ts';

/**
 * Posts a message as JSON over HTTPS; null when the receiver took it (status 2xx). One try: no redirect is followed, no
 * proxy used, the answer's body not read. Faults: address-not-allowed, channel-unreachable, channel-refused.
 */
export async function postWebhook(
  { url, secret, now }: { url: string; secret: string; now: Date },
  message: AlertMessage,
  guard: Guard,
): Promise<Fault | null> {
  const { host, hostname } = new URL(url);
  const body = JSON.stringify(message);
  const headers = {
    'content-type': 'application/json; charset=utf-8',
    'content-length': String(Buffer.byteLength(body)),
    'user-agent': 'Causeway',
    'causeway-delivery': message.id,
    'causeway-event': message.event,
    'causeway-signature': signatureOf(body, { secret, now }),
  };
  try {
    guard.check(hostname);
    const status = await post(url, { headers, body, guard });
    if (status >= 200 && status < 300) return null;
    return fault('channel-refused', `${host} answered with status ${status}.`);
  } catch (error) {
    return unreachable(error, host);
  }
}

/**
 * `t=SECONDS,v1=HEX`: the time of the try, and the HMAC-SHA256 of `SECONDS.BODY` with the channel's secret. The time lets
 * a receiver refuse a message that somebody recorded and sends again.
 */
function signatureOf(body: string, { secret, now }: { secret: string; now: Date }): string {
  const seconds = Math.floor(now.getTime() / 1_000);
  const mac = createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex');
  return `t=${seconds},v1=${mac}`;
}

/** The status of the answer; throws what Node throws. */
async function post(
  url: string,
  { headers, body, guard }: { headers: Record<string, string>; body: string; guard: Guard },
): Promise<number> {
  // Of its own, because the one that all share may have a proxy from the environment.
  const agent = new https.Agent({ keepAlive: false });
  const signal = AbortSignal.timeout(LIMITS.alertSendTimeoutMs);
  try {
    return await new Promise((resolve, reject) => {
      const request = https.request(url, { method: 'POST', headers, agent, signal, lookup: guard.lookup });
      request.on('error', reject);
      request.on('response', response => {
        response.destroy();
        resolve(response.statusCode ?? 0);
      });
      request.end(body);
    });
  } finally {
    agent.destroy();
  }
}
