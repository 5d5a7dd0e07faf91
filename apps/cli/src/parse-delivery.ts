import type { FileRequest, InboundEvent, MessageEvent, ReadResult } from '@app/channel';
import { required, UsageError, type Command, type Options } from './command';
import { DELIVERY_READERS, type DeliveryFacts, type ReadableChannel } from './delivery-readers';
import { readInput } from './read-input';

/** What one file tells of one account. */
interface Parsed {
  readonly file: string;
  readonly channel: ReadableChannel;
  /** Id of the Page or handle; null where the file names none. */
  readonly account: string | null;
  readonly events: readonly object[];
  /** Kinds of which no use is made. */
  readonly unsupported: readonly string[];
  /** What could not be read, or not well. */
  readonly problems: readonly string[];
}

const MALFORMED = 'malformed:';
const CHANNELS = Object.keys(DELIVERY_READERS) as ReadableChannel[];

export const parseDelivery: Command = {
  words: ['parse-delivery'],
  summary: 'Shows what is read from the body of a webhook, without a database: why did this not come through?',
  usage: `parse-delivery --channel ${CHANNELS.join('|')} FILE… [--json] [--app-id ID] [--account ID]`,
  options: {
    channel: { type: 'string' },
    json: { type: 'boolean' },
    'app-id': { type: 'string' },
    account: { type: 'string' },
  },
  takesFiles: true,
  async run(options, out, files) {
    const channel = channelOf(required(options, 'channel'));
    const facts = { appId: textOf(options, 'app-id'), account: textOf(options, 'account') };
    let missing = 0;
    for (const file of files) {
      const input = await readInput(file);
      if ('problem' in input) missing += 1;
      const parsed =
        'problem' in input ? [unopened(file, channel, input.problem)] : parse(file, channel, input.bytes, facts);
      for (const one of parsed) out.line(options['json'] === true ? JSON.stringify(one) : inWords(one));
    }
    return missing === 0 ? 0 : 1;
  },
};

function channelOf(given: string): ReadableChannel {
  const channel = CHANNELS.find((known) => known === given);
  if (channel !== undefined) return channel;
  const advice = given === 'email' ? '; mail is read by parse-mail' : '';
  throw new UsageError(`--channel: got ${JSON.stringify(given)}, expected ${CHANNELS.join(' or ')}${advice}`);
}

function textOf(options: Options, name: string): string {
  const given = options[name];
  return typeof given === 'string' ? given : '';
}

function parse(file: string, channel: ReadableChannel, raw: Buffer, facts: DeliveryFacts): Parsed[] {
  const reader = DELIVERY_READERS[channel];
  const delivery = { source: file, raw, arrivedAt: new Date(), context: {} };
  const named = reader.addresses(raw);
  const accounts = named.length === 0 && facts.account !== '' ? [facts.account] : named;
  // a body that names no account still has something to say of itself
  return (accounts.length === 0 ? [null] : accounts).map((account) =>
    parsedOf(file, channel, account, reader.read(delivery, account ?? '', facts)),
  );
}

/** What is told of fame (`reach`) is left out here as everywhere. */
function parsedOf(file: string, channel: ReadableChannel, account: string | null, result: ReadResult): Parsed {
  const { events, files = [], policy = [], unsupported, unreadable } = result;
  const problems = [
    ...(unreadable === undefined ? [] : [unreadable]),
    ...unsupported.filter((name) => name.startsWith(MALFORMED)),
    ...events.flatMap((event) => (event.kind === 'message' ? event.problems : [])),
  ];
  return {
    file,
    channel,
    account,
    events: [
      ...events.map((event) => shown(event, files)),
      ...policy.map(({ at, action, reason }) => ({ kind: 'policy', at: at.toISOString(), action, reason })),
    ],
    unsupported: unsupported.filter((name) => !name.startsWith(MALFORMED)),
    problems: [...new Set(problems)],
  };
}

function unopened(file: string, channel: ReadableChannel, problem: string): Parsed {
  return { file, channel, account: null, events: [], unsupported: [], problems: [problem] };
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
