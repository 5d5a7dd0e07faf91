import { UsageError, type Command } from './command';
import { customersOf } from './customer-of';
import { openInstallation } from './installation';

export const customerFind: Command = {
  words: ['customer', 'find'],
  summary:
    'Says who writes from an address, by pseudonym and id. The whole address or platform id; each look is on record.',
  usage: 'customer find --address ADDRESS',
  options: { address: { type: 'string' } },
  async run(options, out) {
    const address = options['address'];
    if (typeof address !== 'string' || address.trim() === '') throw new UsageError('--address is missing');
    const installation = await openInstallation();
    try {
      const found = await customersOf(installation, address);
      for (const { id, pseudonym } of found) out.line(`${pseudonym}  ${id}`);
      if (found.length === 0) out.line('Nobody here writes from there.');
      return found.length === 0 ? 1 : 0;
    } finally {
      await installation.close();
    }
  },
};
