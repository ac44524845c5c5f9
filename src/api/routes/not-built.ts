import { fault } from '../../domain/faults.ts';
import { failed } from '../../domain/result.ts';

const notBuilt = async () => failed(fault('internal-error', 'This is not there yet.'));

export const notBuiltRoutes = {
  listTrustMigrations: notBuilt,
  getTrustMigration: notBuilt,
  listMigrationConnectors: notBuilt,
  trustEdits: notBuilt,
  startRecheck: notBuilt,
  getRecheck: notBuilt,
  cancelRecheck: notBuilt,
};
