import { connect, type Socket } from 'node:net';
import { createTransport } from 'nodemailer';
import { type Fault, fault } from '../domain/faults.ts';
import { LIMITS } from '../domain/limits.ts';
import type { EmailSettings } from '../store/alert-channels.ts';
import { emailOf } from './email-text.ts';
import type { Guard } from './guard.ts';
import type { AlertMessage } from './message.ts';
import type { SendEnd } from './send-end.ts';
import { printable, unreachable } from './unreachable.ts';

/**
 * Sends a message by SMTP. One try. With `tls` and `starttls` nothing is sent before the server has proved its name. A
 * server that takes it for some recipients has sent it to them, so it is sent, with the fault recipients-refused. Faults of
 * one that is not sent: address-not-allowed, channel-unreachable, channel-refused.
 */
export async function sendEmail(
  { settings, password }: { settings: EmailSettings; password: string | null },
  message: AlertMessage,
  guard: Guard,
): Promise<SendEnd> {
  const { host, port, security, username, from, to } = settings;
  const signal = AbortSignal.timeout(LIMITS.alertSendTimeoutMs);
  const place = `${host}:${port}`;
  let socket: Socket | undefined;
  try {
    guard.check(host);
    socket = await open({ host, port, signal, guard });
    const transport = createTransport({
      ...{ host, port, connection: socket },
      secure: security === 'tls',
      requireTLS: security === 'starttls',
      ignoreTLS: security === 'none',
      ...(username === null ? {} : { auth: { user: username, pass: password ?? '' } }),
      disableFileAccess: true,
      disableUrlAccess: true,
    });
    const { rejected } = await transport.sendMail({ ...emailOf(message), from, to: [...to], signal });
    if (rejected.length === 0) return { sent: true, fault: null };
    return {
      sent: true,
      fault: fault('recipients-refused', `${place} does not take mail for ${rejected.join(', ')}.`),
    };
  } catch (error) {
    return { sent: false, fault: refusal(error, place) ?? unreachable(error, place) };
  } finally {
    socket?.destroy();
  }
}

/** A connection that the guard has allowed; throws what Node throws. */
async function open({
  host,
  port,
  signal,
  guard,
}: {
  host: string;
  port: number;
  signal: AbortSignal;
  guard: Guard;
}): Promise<Socket> {
  const socket = connect({ host, port, signal, lookup: guard.lookup });
  return await new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.once('connect', () => {
      // What breaks before the mail library listens is told by its own time-out, and must not end the process.
      socket.on('error', () => {});
      resolve(socket);
    });
  });
}

/**
 * What the server answered, where it refuses as SMTP does (RFC 5321 4.2.1); undefined when it did not get that far. Anything
 * else that it says is not shown: it may be a service of another kind, which is nobody's business here.
 */
function refusal(error: unknown, place: string): Fault | undefined {
  if (!(error instanceof Error)) return undefined;
  const answer = 'response' in error ? String(error.response) : '';
  if (/^[45]\d\d[ -]/.test(answer)) return fault('channel-refused', `${place} answered: ${printable(answer)}`);
  if (answer === '' && !('code' in error && error.code === 'EPROTOCOL')) return undefined;
  return fault('channel-unreachable', `${place} does not speak SMTP, or not as it should.`);
}
