import { existsSync } from 'node:fs';
import path from 'node:path';
import staticFiles from '@fastify/static';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Log } from '../log.ts';
import { sendNotFound } from './not-found.ts';

/**
 * Serves the built web client. Its pages have no files: whatever no route and no file answers, and a browser asks for as
 * a page, gets index.html, and the client's router goes on from there. This sets the server's not-found handler.
 */
export async function registerWeb(app: FastifyInstance, { webDir, log }: { webDir: string; log: Log }): Promise<void> {
  const index = 'index.html';
  if (!existsSync(path.join(webDir, index))) {
    log.warn({ webDir }, 'the web client is not built, so only the API is served');
    app.setNotFoundHandler((request, reply) => sendNotFound(request, reply));
    return;
  }
  await app.register(staticFiles, {
    root: webDir,
    dotfiles: 'ignore',
    cacheControl: false,
    preCompressed: true,
    // Names in /assets hold a hash of the content, so what is there never changes; index.html names them.
    setHeaders: (reply, file) =>
      void reply.header('cache-control', isHashed(file) ? 'public, max-age=31536000, immutable' : 'no-cache'),
  });
  app.setNotFoundHandler((request, reply) =>
    wantsPage(request) ? reply.sendFile(index) : sendNotFound(request, reply),
  );
}

function isHashed(file: string): boolean {
  return path.basename(path.dirname(file)) === 'assets';
}

function wantsPage(request: FastifyRequest): boolean {
  if (request.method !== 'GET' && request.method !== 'HEAD') return false;
  return !request.url.startsWith('/api/') && (request.headers.accept ?? '').includes('text/html');
}
