import { readFileSync } from 'node:fs';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import tls from 'node:tls';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { onTestFinished } from 'vitest';
import type { AlertMessage } from '../../src/alerts/message.ts';

/** A certificate for localhost and 127.0.0.1, made for these tests; nothing else trusts it. */
export const CERTIFICATE_FILE = new URL('receiver-cert.pem', import.meta.url).pathname;
const cert = readFileSync(CERTIFICATE_FILE, 'utf8');
const key = readFileSync(new URL('receiver-key.pem', import.meta.url), 'utf8');

/** As an administrator who has put a certificate authority of their own on the machine. */
export function trustTheReceivers(): void {
  tls.setDefaultCACertificates([...tls.getCACertificates('default'), cert]);
}

export interface Received {
  readonly headers: https.RequestOptions['headers'] & Record<string, string | string[] | undefined>;
  readonly body: string;
  readonly message: AlertMessage;
}

export interface WebhookReceiver {
  readonly url: string;
  readonly port: number;
  /** What arrived, whatever was answered. */
  readonly received: Received[];
  /** What it answers; while it is undefined, nothing at all. */
  answer: { status: number; headers?: Record<string, string> } | undefined;
  connections: number;
  close(): Promise<void>;
}

export async function webhookReceiver({ port = 0 }: { port?: number } = {}): Promise<WebhookReceiver> {
  const server = https.createServer({ key, cert });
  const receiver: WebhookReceiver = {
    url: '',
    port: 0,
    received: [],
    answer: { status: 200 },
    connections: 0,
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  server.on('connection', () => {
    receiver.connections += 1;
  });
  server.on('request', async (request, response) => {
    const body = await text(request);
    receiver.received.push({ headers: request.headers, body, message: JSON.parse(body) });
    if (receiver.answer) response.writeHead(receiver.answer.status, receiver.answer.headers).end('thanks');
  });
  await new Promise<void>(resolve => server.listen(port, '127.0.0.1', resolve));
  const address = portOf(server.address());
  return Object.assign(receiver, { port: address, url: `https://127.0.0.1:${address}/hooks/secret-path` });
}

export interface MailServer {
  readonly port: number;
  readonly mails: { readonly from: string; readonly to: string[]; readonly source: string; readonly secure: boolean }[];
  close(): Promise<void>;
}

/** Ended with the test that asks for it. */
export async function receiverOfTest(options: { port?: number } = {}): Promise<WebhookReceiver> {
  const receiver = await webhookReceiver(options);
  onTestFinished(() => receiver.close());
  return receiver;
}

/** A real SMTP server; the only user is `causeway` with the password `mail password`. */
export async function mailServer(options: SMTPServerOptions = {}): Promise<MailServer> {
  const mails: MailServer['mails'] = [];
  const server = new SMTPServer({
    ...{ key, cert, logger: false, disableReverseLookup: true },
    onAuth({ username, password }, _session, callback) {
      if (username === 'causeway' && password === 'mail password') callback(null, { user: username });
      else callback(new Error('535 wrong user or password'));
    },
    onData(stream, session, callback) {
      text(stream).then(source => {
        const { mailFrom, rcptTo } = session.envelope;
        const from = mailFrom ? mailFrom.address : '';
        mails.push({ from, to: rcptTo.map(({ address }) => address), source, secure: session.secure });
        callback();
      }, callback);
    },
    ...options,
  });
  server.on('error', () => {}); // a client that went away
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const close = () => new Promise<void>(resolve => server.close(() => resolve()));
  onTestFinished(close);
  return { port: portOf(server.server.address()), mails, close };
}

export function portOf(address: AddressInfo | string | null): number {
  if (typeof address !== 'object' || address === null) throw new Error('it listens on no port');
  return address.port;
}
