import 'reflect-metadata';
import { explain } from '@app/runtime';
import { accountAddEmail } from './account-add-email';
import { dispatch } from './command';
import { doctor } from './doctor';
import { migrateCommand } from './migrate-command';
import { userAdd } from './user-add';

const commands = [migrateCommand, userAdd, accountAddEmail, doctor];

dispatch(commands, process.argv.slice(2), { line: (text) => process.stdout.write(`${text}\n`) }).then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`${explain(error)}\n`);
    process.exit(1);
  },
);
