import type { AccountsDeps } from '../accounts/deps.ts';
import { READ_ACTIONS } from '../inventory/registry.ts';
import type { Queue } from '../jobs/queue.ts';
import { alertChannelRoutes } from './routes/alert-channels.ts';
import { alertRoutes } from './routes/alerts.ts';
import { assetRoutes } from './routes/assets.ts';
import { auditRoutes } from './routes/audit.ts';
import { baseAccountRoutes } from './routes/base-accounts.ts';
import { connectorRoutes } from './routes/connectors.ts';
import { hubHealthRoutes } from './routes/hub-health.ts';
import { keyRotationRoutes } from './routes/key-rotations.ts';
import { openApiRoutes } from './routes/openapi.ts';
import { planRoutes } from './routes/plans.ts';
import { platformAccountRoutes } from './routes/platform-accounts.ts';
import { readinessRoutes } from './routes/readiness.ts';
import { runRoutes } from './routes/runs.ts';
import { sessionRoutes } from './routes/session.ts';
import { tokenRoutes } from './routes/tokens.ts';
import { trustRoutes } from './routes/trust.ts';
import { trustMigrationRoutes } from './routes/trust-migrations.ts';
import { userRoutes } from './routes/users.ts';
import type { Handlers } from './routes.ts';

export interface ApiDeps extends AccountsDeps {
  readonly queue: Queue;
}

/** Every route's handler; the type makes a missing one an error before the server is started. */
export function handlersOf(deps: ApiDeps): Handlers {
  return {
    ...openApiRoutes(),
    ...sessionRoutes(deps),
    ...userRoutes(deps),
    ...tokenRoutes(deps),
    ...auditRoutes(deps),
    ...platformAccountRoutes(deps),
    ...baseAccountRoutes(deps),
    ...keyRotationRoutes(deps),
    ...hubHealthRoutes(deps),
    ...connectorRoutes(deps, { readActions: READ_ACTIONS }),
    ...trustRoutes(deps),
    ...trustMigrationRoutes(deps, { readActions: READ_ACTIONS }),
    ...runRoutes(deps),
    ...planRoutes(deps),
    ...readinessRoutes(deps),
    ...alertRoutes(deps),
    ...alertChannelRoutes(deps),
    ...assetRoutes(deps),
  };
}
