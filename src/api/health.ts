import type { FastifyInstance } from 'fastify';
import { type Database, pingDatabase } from '../store/database.ts';

/**
 * `/healthz`: the process answers; a supervisor restarts it when it does not. `/readyz`: it can serve requests, so the
 * database answers too; else the problem database-unavailable, and a load balancer sends nobody here.
 */
export function registerHealth(app: FastifyInstance, { db }: { db: Database }): void {
  app.get('/healthz', async () => ({ status: 'ok' }));
  app.get('/readyz', async () => {
    await pingDatabase(db);
    return { status: 'ready' };
  });
}
