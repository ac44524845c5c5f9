import { Command, Option } from 'commander';
import packageFacts from '../package.json' with { type: 'json' };
import type { Running } from './commands/running.ts';
import type { SimulateAwsFlags } from './commands/simulate-aws.ts';
import { FAULTS, type Fault, remedyOf } from './domain/faults.ts';

/**
 * The only entry: server commands are wired in src/commands, client commands in src/cli. Everything heavy is imported
 * when its command runs, so that `causeway --help` stays quick.
 */
const program = new Command('causeway')
  .description('Connect many AWS accounts to one truthful inventory, through a hub that you own.')
  .showHelpAfterError('(add --help for usage)')
  .version(packageFacts.version, '-V, --version')
  .helpCommand(false);

program
  .command('serve')
  .description('run the API, the web interface and a worker')
  .option('--no-work', 'leave running connectors to "causeway work" processes')
  .action(async (options: { work: boolean }) => {
    const { serveCommand } = await import('./commands/serve.ts');
    await untilStopped(await serveCommand(await configOrExit(), options));
  });

program
  .command('work')
  .description('run connectors; start as many of these, on as many machines, as you like')
  .action(async () => {
    const { workCommand } = await import('./commands/work.ts');
    await untilStopped(await workCommand(await configOrExit()));
  });

program
  .command('migrate')
  .description('bring the database to this version; "serve" and "work" do so by themselves')
  .action(async () => {
    const { migrateCommand } = await import('./commands/migrate.ts');
    const result = await migrateCommand(await configOrExit());
    if (!result.ok) exitWith(result.fault);
  });

program
  .command('reseal')
  .description('seal every stored secret under the newest master key')
  .action(async () => {
    const { resealCommand } = await import('./commands/reseal.ts');
    const result = await resealCommand(await configOrExit());
    if (!result.ok) exitWith(result.fault);
  });

program
  .command('demo')
  .description('everything on simulated AWS with a sample organisation; nothing real is touched')
  .option('--reset', 'start afresh: forget the demo’s database and its simulated AWS')
  .action(async (options: { reset?: boolean }) => {
    const { demoCommand } = await import('./commands/demo.ts');
    await untilStopped(await demoCommand(await configOrExit(), { reset: options.reset === true }));
  });

program
  .command('simulate-aws')
  .description('serve simulated AWS for any AWS client')
  .option('--port <number>', 'port to listen on', '4566')
  .option('--world <file>', 'world file to load and to save changes to')
  .addOption(new Option('--seed <number>', 'seed of a generated world').default('1'))
  .addOption(new Option('--accounts <number>', 'accounts of a generated world').default('10'))
  .addOption(new Option('--instances <number>', 'instances of a generated world').default('1000'))
  .option('--fleet <shape>', 'a fleet that takes no memory instead: uniform, small, skewed or lopsided')
  .addOption(new Option('--latency <milliseconds>', 'let every answer wait so long').default('0'))
  .option('--token-buckets', 'apply the request rates that AWS documents')
  .action(async (options: SimulateAwsFlags) => {
    const { simulateAwsCommand } = await import('./commands/simulate-aws.ts');
    await untilStopped(await simulateAwsCommand(options));
  });

/** Keeps the process alive until Ctrl-C or a termination signal, then stops in order; a second signal stops at once. */
async function untilStopped(started: { ok: true; value: Running } | { ok: false; fault: Fault }): Promise<void> {
  if (!started.ok) exitWith(started.fault);
  const { promise, resolve } = Promise.withResolvers<void>();
  let asked = false;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      // npm and a wrapping shell pass the same Ctrl-C on, so a second signal in the same second is not impatience.
      if (!asked) setTimeout(() => process.on(signal, () => process.exit(130)), 1_000).unref();
      asked = true;
      resolve();
    });
  }
  await promise;
  await started.value.stop();
  process.exit(0);
}

async function configOrExit() {
  const { readConfig } = await import('./config.ts');
  const config = readConfig();
  if (!config.ok) exitWith(config.fault);
  return config.value;
}

function exitWith(fault: Fault): never {
  process.stderr.write(`${FAULTS[fault.code].title}: ${fault.detail}\n${remedyOf(fault)}\n`);
  process.exit(1);
}

const { buildClientCommands } = await import('./cli/commands.ts');
buildClientCommands(program);
await program.parseAsync();
