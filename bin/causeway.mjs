#!/usr/bin/env node
// Runs src/main.ts on Node 24. TypeScript is run natively, which an older Node cannot; npm packages carry the right
// one (optionalDependencies node-*), so a machine whose own Node is older still runs Causeway.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import * as module from 'node:module';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const major = Number(process.versions.node.split('.')[0]);

if (major >= 24) {
  // Compiled code is kept beside the packages, where only their owner writes: `causeway --help` takes half the time.
  module.enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/causeway', import.meta.url)));
  await import(main);
} else {
  const platform = `node-${process.platform}-${process.arch}`;
  const node24 = fileURLToPath(new URL(`../node_modules/${platform}/bin/node`, import.meta.url));
  if (!existsSync(node24)) {
    process.stderr.write(
      `Causeway needs Node 24 and this is Node ${process.versions.node}. The npm package ${platform} would bring it but is not installed.\n` +
        'Run "npm ci" without --omit=optional, or install Node 24 from https://nodejs.org.\n',
    );
    process.exit(1);
  }
  const child = spawn(node24, [main, ...process.argv.slice(2)], { stdio: 'inherit' });
  // Ctrl-C reaches the child through the terminal as well; a second signal is harmless, a missing one leaves an orphan.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
}
