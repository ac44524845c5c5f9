import helmet from '@fastify/helmet';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { fault } from '../domain/faults.ts';
import { sendFaults } from './fault-reply.ts';

/** Headers that narrow what a browser lets our pages do, and the check of the name that the browser knows us by. */
export async function registerSecurityHeaders(
  app: FastifyInstance,
  { host, allowedHosts = [] }: { host: string; allowedHosts?: readonly string[] },
): Promise<void> {
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        // No 'unsafe-inline': React and Cloudscape set styles through the DOM, which this does not govern.
        styleSrc: ["'self'"],
        imgSrc: ["'self'"],
        // Cloudscape's style sheet carries its fonts as data: URLs.
        fontSrc: ["'self'", 'data:'],
        connectSrc: ["'self'"],
        manifestSrc: ["'self'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
    frameguard: { action: 'deny' },
    referrerPolicy: { policy: 'no-referrer' },
    // Only over TLS, below: on plain http browsers ignore it.
    hsts: false,
  });
  app.addHook('onRequest', async (request, reply) => {
    void reply.header('permissions-policy', 'camera=(), geolocation=(), microphone=(), payment=(), usb=()');
    if (request.protocol === 'https') void reply.header('strict-transport-security', 'max-age=31536000');
    if (!isKnownHost(request, { host, allowedHosts })) {
      return sendFaults(reply, [fault('unknown-host', 'The Host header names a host that this server does not know.')]);
    }
  });
}

/**
 * Guards against DNS rebinding: a foreign page whose name is made to resolve to this server's address would be same-origin
 * with it. Health checks come by address and give nothing away. A server that listens beyond loopback is protected once
 * its names are configured; before that it cannot know them.
 */
function isKnownHost(
  request: FastifyRequest,
  { host, allowedHosts }: { host: string; allowedHosts: readonly string[] },
): boolean {
  if (!isLoopback(host) && allowedHosts.length === 0) return true;
  if (request.url === '/healthz' || request.url === '/readyz') return true;
  const name = request.hostname.toLowerCase();
  return isLoopback(name) || allowedHosts.some(allowed => allowed.toLowerCase() === name);
}

/** Whether a host name or address can only mean this machine. */
export function isLoopback(host: string): boolean {
  const plain = host.replace(/^\[(.*)\]$/, '$1').toLowerCase();
  return plain === 'localhost' || plain === '::1' || /^(::ffff:)?127(\.\d{1,3}){3}$/.test(plain);
}
