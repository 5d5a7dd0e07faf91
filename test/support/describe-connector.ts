import { MalformedPayload, type Connector, type OutboundMessage, type ReadResult } from '@app/channel';
import type { NewAccount } from '@app/connector-host';
import { HostWorld, type RunningHost } from './host-world';

/** A platform and a connector to it, as the conformance suite asks of every connector. */
export interface ConnectorHarness<W extends HostWorld = HostWorld> {
  /** Made anew for every test. */
  readonly world: W;
  /** Starts a process with a connector of its own. `wrap` may stand between the host and the connector. */
  run(wrap?: (connector: Connector) => Connector): Promise<RunningHost<Connector>>;
  /** An account that works, of a platform where a look-up that finds nothing proves nothing. */
  account(): Omit<NewAccount, 'workspaceId'>;
  /** To whom a reply goes, where that is not an address of mail. */
  readonly to?: Partial<OutboundMessage>;
  /** Customers write; each text is found in the message. */
  arrive(texts: readonly string[]): Promise<void>;
  /** Copies of our messages that reached customers. */
  received(): number;
  /** Ends every connection once. */
  cut(): void;
  /** The platform refuses the next message for good. */
  refuseOnce(): void;
  /** The platform asks once to try later. */
  deferOnce(): void;
  /** The platform takes the next message and gives no answer; no copy of it can be looked up. */
  swallowOnce(): void;
  /** From now on the platform wants other credentials. @returns those. */
  changeCredentials(): unknown;
  /** Ends the platform and the world. */
  close(): Promise<void>;
}

/** What every connector must do under the host; each runs this suite against its platform, or a faithful copy of it. */
export function describeConnector(name: string, open: () => Promise<ConnectorHarness>): void {
  describe(`${name}, as every connector,`, () => {
    let harness: ConnectorHarness;
    let world: HostWorld;

    beforeEach(async () => {
      harness = await open();
      world = harness.world;
    });
    afterEach(() => harness.close());

    async function start(wrap?: (connector: Connector) => Connector) {
      const running = await harness.run(wrap);
      const accountId = await running.host.accounts.add({ workspaceId: world.workspaceId, ...harness.account() });
      const send = async (outbound: OutboundMessage, again = false): Promise<OutboundMessage> => {
        await world.send(running.jobs, outbound, again);
        return outbound;
      };
      return { ...running, accountId, send, outbound: () => world.outbound(accountId, running.connector, harness.to) };
    }

    const messages = (accountId: string, count: number) =>
      world.until(async () => {
        const found = await world.events('message', accountId);
        return found.length >= count && found;
      }, `${count} messages`);

    it('stores each message once, whatever ends connections and processes', async () => {
      let running = await start();
      const { accountId } = running;
      const texts = Array.from({ length: 40 }, (_, i) => `message ${i} of 40`);
      for (let i = 0; i < texts.length; i += 10) {
        await harness.arrive(texts.slice(i, i + 10));
        harness.cut();
        await running.stop();
        running = { ...running, ...(await harness.run()) };
      }
      const found = await messages(accountId, 40);
      expect(texts.filter((text) => !found.some((event) => `${event.subject} ${event.text}`.includes(text)))).toEqual(
        [],
      );
      expect(new Set(found.map((event) => event.externalId)).size).toBe(40);
      expect(found).toHaveLength(40);
    });

    it('reads the same events from the same bytes', async () => {
      const { accountId, host, connector } = await start();
      await harness.arrive(['once']);
      await messages(accountId, 1);
      const [row] = await world.database.query<{
        id: string;
        raw: Buffer;
        source: string;
        context: Record<string, unknown>;
        at: Date;
      }>(
        'select id, bytes as raw, source, context, arrived_at as at from intake.deliveries join intake.raw_bytes on delivery_id = id limit 1',
      );
      const raw = world.vault.open('delivery', row!.id, row!.raw);
      const delivery = { source: row!.source, context: row!.context, arrivedAt: row!.at, raw };
      const account = await host.accounts.open(accountId);
      const read = (): Promise<ReadResult> => connector.read(delivery, account);
      expect(await read()).toEqual(await read());
      const stored = (await world.events('message', accountId)).find(
        (event) => event.text.includes('once') || event.subject?.includes('once'),
      );
      // the host adds what it commits to, under a salt that is never the same
      expect((await read()).events).toContainEqual({ ...stored, commitments: {} });
    });

    it('keeps what cannot be read, and puts what is read later in its place', async () => {
      let blind = true;
      const { accountId, jobs, host, connector } = await start((inner) =>
        between(inner, {
          read: async (delivery, account) => {
            if (blind) throw new MalformedPayload('the bytes make no sense');
            return inner.read(delivery, account);
          },
        }),
      );
      await harness.arrive(['read later']);
      const id = await world.until(async () => {
        const rows = await world.database.query<{ id: string }>(
          `select id from intake.deliveries where state = 'unreadable'`,
        );
        return rows[0]?.id;
      }, 'the unreadable delivery');
      blind = false;
      await world.database.transaction('system', (tx) =>
        jobs.enqueue(tx, `${connector.channel}.deliveryReprocess`, {
          workspaceId: world.workspaceId,
          accountId,
          deliveryId: id,
        }),
      );
      await messages(accountId, 1);
      expect(await world.database.query('select state, problem, attempts from intake.deliveries')).toEqual([
        { state: 'read', problem: null, attempts: 2 },
      ]);
      // so that whoever looks at the account sees its figures change; a name may be told meanwhile
      const latest = `select kind from intake.events where kind <> 'person' order by number desc limit 1`;
      expect(await world.database.query(latest)).toEqual([{ kind: 'account' }]);
      expect(host).toBeDefined();
    });

    it('stores nothing and moves no cursor without the account’s lease', async () => {
      const { accountId, host } = await start();
      await harness.arrive(['first']);
      await messages(accountId, 1);
      const account = await host.accounts.open(accountId);
      const delivery = { source: 'elsewhere', raw: Buffer.from('x'), arrivedAt: new Date(), context: {} };
      const read = {
        delivery,
        state: 'ignored' as const,
        problem: null,
        result: { events: [], reach: [], unsupported: [] },
      };
      await expect(host.intake.commit(account, 0, [read], { stream: 'elsewhere', cursor: 1 })).rejects.toThrow(/lease/);
      expect(await world.database.query('select from intake.deliveries')).toHaveLength(1);
      expect(await world.database.query(`select from intake.cursors where stream = 'elsewhere'`)).toHaveLength(0);
    });

    it('sends a reply once and tells how it goes', async () => {
      const { accountId, send, outbound } = await start();
      const sent = await world.state(await send(outbound()), 'sent');
      expect(sent.nativeIds.length).toBeGreaterThan(0);
      const states = (await world.events('send', accountId)).map(({ state }) => state);
      // a copy that comes back from the platform says once more that it was sent
      expect([...new Set(states)]).toEqual(['sending', 'sent']);
      expect(harness.received()).toBe(1);
    });

    it('fails a message that is refused, and does not try again by itself', async () => {
      const { send, outbound, jobs } = await start();
      harness.refuseOnce();
      const failed = await world.state(await send(outbound()), 'failed');
      expect(failed.failure?.detail).not.toBe('');
      await jobs.idle();
      expect(harness.received()).toBe(0);
    });

    it('tries again by itself when asked to, telling when', async () => {
      const { send, outbound } = await start();
      harness.deferOnce();
      const message = await send(outbound());
      expect((await world.state(message, 'queued')).nextAt).toBeDefined();
      await world.state(message, 'sent');
      expect(harness.received()).toBe(1);
    });

    it('does not send again what may have gone out, until a person says so; then the same bytes', async () => {
      const { send, outbound, jobs } = await start();
      harness.swallowOnce();
      const message = await send(outbound());
      await world.state(message, 'uncertain');
      await jobs.idle();
      expect(harness.received()).toBe(1);
      const prepared = () => world.database.query('select bytes from intake.prepared');
      const before = await prepared();
      await send(message, true);
      await world.state(message, 'sent');
      expect(harness.received()).toBe(2);
      expect(await prepared()).toEqual(before);
    });

    it('asks the platform, and sends nothing, where an attempt was begun and its process died', async () => {
      const { accountId, send, outbound, jobs } = await start();
      const message = outbound();
      await world.database.query(
        'insert into intake.sends (outbound_id, attempt, workspace_id, account_id, started_at) values ($1, 1, $2, $3, now())',
        [message.id, world.workspaceId, accountId],
      );
      await send(message);
      await world.state(message, 'uncertain');
      await jobs.idle();
      expect(harness.received()).toBe(0);
    });

    it('asks for new credentials when the platform refuses ours, and goes on with them', async () => {
      const { accountId, host, send, outbound } = await start();
      const credentials = harness.changeCredentials();
      harness.cut();
      const message = await send(outbound());
      await world.until(
        async () => (await host.accounts.get(accountId)).status === 'reconnect_needed',
        'the account to ask',
      );
      await host.accounts.reconnect(accountId, harness.account().settings, credentials);
      await world.state(message, 'sent');
      await harness.arrive(['after']);
      await messages(accountId, 1);
      await world.until(async () => (await host.accounts.get(accountId)).status === 'connected', 'the account to work');
      expect(harness.received()).toBe(1);
    });
  });
}

/** A connector that differs in some methods, and keeps its optional capabilities. */
function between(inner: Connector, methods: Partial<Connector>): Connector {
  return new Proxy(inner, {
    get: (target, name) => {
      const replaced = (methods as Record<PropertyKey, unknown>)[name];
      if (replaced !== undefined) return replaced;
      const value = (target as unknown as Record<PropertyKey, unknown>)[name];
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
