import 'reflect-metadata';
import { explain } from '@app/runtime';
import { accountAddEmail } from './account-add-email';
import { accountAddMessenger } from './account-add-messenger';
import { accountAddX } from './account-add-x';
import { dispatch } from './command';
import { customerErase } from './customer-erase';
import { customerExport } from './customer-export';
import { customerFind } from './customer-find';
import { doctor } from './doctor';
import { migrateCommand } from './migrate-command';
import { parseDelivery } from './parse-delivery';
import { parseMail } from './parse-mail';
import { userAdd } from './user-add';

const commands = [
  migrateCommand,
  userAdd,
  accountAddEmail,
  accountAddMessenger,
  accountAddX,
  customerFind,
  customerExport,
  customerErase,
  parseDelivery,
  parseMail,
  doctor,
];

dispatch(commands, process.argv.slice(2), { line: (text) => process.stdout.write(`${text}\n`) }).then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`${explain(error)}\n`);
    process.exit(1);
  },
);
