// Migrates the database `argv[2]` to the folder `argv[3]` and prints the result.
import { migrate } from '../../../src/store/migrate.ts';

const [, , connectionString = '', folder = ''] = process.argv;
process.stdout.write(JSON.stringify(await migrate({ connectionString, folder })));
