import type { Command } from 'commander';
import { addAlertChannelCommands } from './alert-channels.ts';
import { addAlertCommands } from './alerts.ts';
import { addAssetCommands } from './assets.ts';
import { addAuditCommands } from './audit.ts';
import { addBaseAccountCommands } from './base-accounts.ts';
import { addConnectorCommands } from './connectors.ts';
import { type Io, systemIo } from './io.ts';
import { EXIT } from './outcome.ts';
import { addPlanCommand } from './plan.ts';
import { addRunCommands } from './runs.ts';
import { addSignInCommands } from './sign-in.ts';
import { addTokenCommands } from './tokens.ts';
import { addTrustCommands } from './trust.ts';
import { addUserCommands } from './users.ts';

/** Adds every command that is a client of the API. */
export function buildClientCommands(program: Command, io: Io = systemIo()): void {
  // Commander would end with 1 for a wrong option; 1 is kept for what was tried and failed.
  program.exitOverride(error => io.endNow(error.exitCode === 0 ? EXIT.ok : EXIT.usage));
  program.commandsGroup('Client commands:');
  addSignInCommands(program, io);
  addBaseAccountCommands(program, io);
  addConnectorCommands(program, io);
  addTrustCommands(program, io);
  addRunCommands(program, io);
  addPlanCommand(program, io);
  addAssetCommands(program, io);
  addAlertCommands(program, io);
  addAlertChannelCommands(program, io);
  addTokenCommands(program, io);
  addUserCommands(program, io);
  addAuditCommands(program, io);
}
