import type { FileRequest, InboundEvent, MessageEvent, ReadResult } from '@app/channel';
import { addressesIn, PAGE_INBOX_APP_IDS, readDelivery } from '../../connector-messenger/src';
import { required, UsageError, type Command, type Options } from './command';
import { readInput } from './read-input';

/** What one file tells of one account. */
interface Parsed {
  readonly file: string;
  readonly channel: 'messenger';
  /** Id of the Page; null where the file names none. */
  readonly account: string | null;
  readonly events: readonly object[];
  /** Kinds of which no use is made. */
  readonly unsupported: readonly string[];
  /** What could not be read, or not well. */
  readonly problems: readonly string[];
}

const MALFORMED = 'malformed:';

export const parseDelivery: Command = {
  words: ['parse-delivery'],
  summary: 'Shows what is read from the body of a webhook, without a database: why did this not come through?',
  usage: 'parse-delivery --channel messenger FILE… [--json] [--app-id ID]',
  options: { channel: { type: 'string' }, json: { type: 'boolean' }, 'app-id': { type: 'string' } },
  takesFiles: true,
  async run(options, out, files) {
    const channel = required(options, 'channel');
    if (channel !== 'messenger') {
      const advice = channel === 'email' ? '; mail is read by parse-mail' : '';
      throw new UsageError(`--channel: got ${JSON.stringify(channel)}, expected messenger${advice}`);
    }
    let missing = 0;
    for (const file of files) {
      const input = await readInput(file);
      if ('problem' in input) missing += 1;
      const parsed = 'problem' in input ? [unopened(file, input.problem)] : parse(file, input.bytes, options);
      for (const one of parsed) out.line(options['json'] === true ? JSON.stringify(one) : inWords(one));
    }
    return missing === 0 ? 0 : 1;
  },
};

function parse(file: string, raw: Buffer, options: Options): Parsed[] {
  const appId = typeof options['app-id'] === 'string' ? options['app-id'] : '';
  const delivery = { source: file, raw, arrivedAt: new Date(), context: {} };
  const accounts = addressesIn(raw);
  // a body that names no account still has something to say of itself
  return (accounts.length === 0 ? [null] : accounts).map((account) => {
    const app = { appId, pageInboxAppIds: PAGE_INBOX_APP_IDS };
    return parsedOf(file, account, readDelivery(delivery, { address: account ?? '' }, app));
  });
}

function parsedOf(file: string, account: string | null, result: ReadResult): Parsed {
  const { events, files = [], policy = [], unsupported, unreadable } = result;
  const problems = [
    ...(unreadable === undefined ? [] : [unreadable]),
    ...unsupported.filter((name) => name.startsWith(MALFORMED)),
    ...events.flatMap((event) => (event.kind === 'message' ? event.problems : [])),
  ];
  return {
    file,
    channel: 'messenger',
    account,
    events: [
      ...events.map((event) => shown(event, files)),
      ...policy.map(({ at, action, reason }) => ({ kind: 'policy', at: at.toISOString(), action, reason })),
    ],
    unsupported: unsupported.filter((name) => !name.startsWith(MALFORMED)),
    problems: [...new Set(problems)],
  };
}

function unopened(file: string, problem: string): Parsed {
  return { file, channel: 'messenger', account: null, events: [], unsupported: [], problems: [problem] };
}

/** A message with what matters first, all else as connectors tell it to triage. */
function shown(event: InboundEvent, files: readonly FileRequest[]): object {
  if (event.kind !== 'message') return event;
  const { threading, participants: _, pendingFiles: __, attachments: ___, ...message } = event;
  return {
    ...message,
    threadKey: threading.threadKey ?? null,
    replyTo: replyTo(threading),
    attachments: files
      .filter(({ target }) => target === event.externalId)
      .map(({ kind, position, url, name }) => ({ kind, position, url, ...(name === undefined ? {} : { name }) })),
  };
}

function replyTo({ references }: MessageEvent['threading']): string | null {
  return references.find(({ kind }) => kind === 'native')?.id ?? null;
}

function inWords({ file, account, events, unsupported, problems }: Parsed): string {
  return [
    `${file}: ${account === null ? 'no account' : `account ${account}`}, ${events.length} events`,
    ...events.map((event) => `  ${JSON.stringify(event)}`),
    ...unsupported.map((name) => `  not used: ${name}`),
    ...problems.map((problem) => `  problem: ${problem}`),
  ].join('\n');
}
