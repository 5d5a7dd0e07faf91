import { createHash, randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { deliveryReprocessJobName } from '@app/channel';
import { Accounts, listAccounts, type AccountFacts } from '@app/inbox';
import { ChangeFeed, CONFIG, Jobs } from '@app/runtime';
import type { ApiConfig } from '../config';
import { connectionOf, isAddress, isUuid, pageRequest } from '../graphql/cursor';
import { enumName } from '../graphql/enum-names';
import type { AccountDisconnectInput, Resolvers, ResolversTypes } from '../graphql/generated';
import type { Operation } from '../graphql/operation';
import type { ResolvesFields } from '../graphql/schema';
import { faultOfKey, faultOfText, notFound } from '../graphql/user-errors';
import type { Words } from '../graphql/words';
import { readUnreadable, type IntakeGauge } from './intake-gauges';

/** A one-time link to a connector's own page. Milliseconds. */
const TICKET_MS = 15 * 60_000;
const MOST_REPROCESSED = 100;
const MOST_SHOWN = 50;
/** Longest address or name. */
const MAX_ADDRESS = 998;

@Injectable()
export class AccountsResolver implements ResolvesFields {
  constructor(
    private readonly jobs: Jobs,
    private readonly accounts: Accounts,
    private readonly changes: ChangeFeed,
    @Inject(CONFIG) private readonly config: ApiConfig,
  ) {}

  resolvers(): Resolvers {
    return {
      Query: {
        accounts: async (_, args, operation) => {
          const request = pageRequest(args, [isAddress, isUuid]);
          return connectionOf(await operation.read((tx) => listAccounts(tx, request)), request);
        },
      },
      Mutation: this.mutations(),
      Account: {
        channel: (account) => enumName(account.channel),
        status: (account) => enumName(account.status),
        publicCounting: (account) => enumName(account.publicCounting),
        advice: (account, _args, { words }) => adviceOf(account, words),
        checkedAt: (account) => account.checkedAt.toISOString(),
        pausedUntil: (account) => account.pausedUntil?.toISOString() ?? null,
        tokenDaysLeft: ({ tokenExpiresAt }, _args, { database }) =>
          tokenExpiresAt && daysBetween(database.clock.now(), tokenExpiresAt),
        intake: async (account, _args, operation) =>
          (await operation.load.intake.load(account.id)) ?? nothingArrived(account.id),
      },
      IntakeHealth: {
        oldestUnprocessedAt: (gauge) => gauge.oldestUnprocessedAt?.toISOString() ?? null,
        lastReceivedAt: (gauge) => gauge.lastReceivedAt?.toISOString() ?? null,
        costToday: ({ costToday, costMonth }) => dollars(costMonth === null ? null : (costToday ?? 0)),
        costThisMonth: ({ costMonth }) => dollars(costMonth),
        unreadableDeliveries: async (gauge, _args, operation) => {
          const rows = await operation.read((tx) => readUnreadable(tx, gauge.accountId, MOST_SHOWN));
          return rows.map((row) => ({ ...row, receivedAt: row.receivedAt.toISOString() }));
        },
      },
    };
  }

  private mutations(): Resolvers['Mutation'] & object {
    return {
      accountConnect: async (_, { input }, operation) => {
        const fault = faultOfKey(input.clientMutationId, operation.words);
        if (fault) return refused(fault, input);
        return this.ticket(operation, input.channel.toLowerCase(), null, input.clientMutationId);
      },
      accountReconnect: async (_, { input }, operation) => {
        const fault = faultOfKey(input.clientMutationId, operation.words);
        if (fault) return refused(fault, input);
        const account = isUuid(input.accountId) ? await operation.load.accounts.load(input.accountId) : undefined;
        if (!account) return refused(notFound(['accountId'], operation.words), input);
        return this.ticket(operation, account.channel, account.id, input.clientMutationId);
      },
      accountDisconnect: (_, { input }, operation) => this.disconnect(operation, input),
      deliveryReprocess: async (_, { input }, operation) => {
        const { clientMutationId } = input;
        const account = isUuid(input.accountId) ? await operation.load.accounts.load(input.accountId) : undefined;
        if (!account) {
          const userErrors = [notFound(['accountId'], operation.words)];
          return { account: null, scheduled: null, userErrors, clientMutationId };
        }
        const wanted = input.deliveryIds?.slice(0, MOST_REPROCESSED);
        const scheduled = await operation.write(async (tx) => {
          const unreadable = await readUnreadable(tx, account.id, MOST_REPROCESSED);
          const chosen = unreadable.filter(({ id }) => !wanted || wanted.includes(id));
          for (const { id: deliveryId } of chosen) {
            const payload = { workspaceId: tx.workspaceId, accountId: account.id, deliveryId };
            await this.jobs.enqueue(tx, deliveryReprocessJobName(account.channel), payload, { key: deliveryId });
          }
          return chosen.length;
        });
        const after = (await operation.load.accounts.load(account.id)) ?? account;
        return { account: after, scheduled, userErrors: [], clientMutationId };
      },
    };
  }

  private async disconnect(operation: Operation, { accountId, confirm, clientMutationId }: AccountDisconnectInput) {
    const { words, viewer } = operation;
    const refuse = (fault: Awaited<ResolversTypes['UserError']>) => ({
      account: null,
      userErrors: [fault],
      clientMutationId,
      syncId: null,
    });
    const fault = faultOfKey(clientMutationId, words) ?? faultOfText('confirm', confirm, MAX_ADDRESS, words);
    if (fault) return refuse(fault);
    if (!isUuid(accountId)) return refuse(notFound(['accountId'], words));
    const { agentId } = viewer;
    const answer = await operation.write((tx) =>
      this.accounts.disconnect(tx, { agentId, accountId, confirm, clientMutationId }),
    );
    if ('error' in answer) {
      if (answer.error === 'unknown-account') return refuse(notFound(['accountId'], words));
      const field = ['input', 'confirm'];
      return refuse({ __typename: 'ConfirmationWrongError', field, message: words.notThisAccount });
    }
    const account = (await operation.load.accounts.load(accountId))!;
    const syncId = await operation.read((tx) => this.changes.currentSyncId(tx));
    return { account, userErrors: [], clientMutationId, syncId };
  }

  /** Secrets never pass the api: the browser goes to the connector's own page with a ticket of which we keep the hash. */
  private async ticket(operation: Operation, channel: string, accountId: string | null, clientMutationId: string) {
    const ticket = randomBytes(24).toString('base64url');
    const expiresAt = await operation.write(async (tx) => {
      const until = new Date(tx.now.getTime() + TICKET_MS);
      const hash = createHash('sha256').update(ticket).digest();
      const { agentId } = operation.viewer;
      const params = [tx.workspaceId, channel, accountId, agentId, hash, until];
      await tx.query('select intake.ticket_issue($1, $2, $3, $4, $5, $6)', params);
      return until;
    });
    const base = this.config.EVENHAND_PUBLIC_URL?.replace(/\/+$/, '') ?? '';
    const connectUrl = `${base}/connect/${channel}/${ticket}`;
    return { connectUrl, expiresAt: expiresAt.toISOString(), userErrors: [], clientMutationId };
  }
}

function refused<E>(fault: E, input: { readonly clientMutationId: string }) {
  const { clientMutationId } = input;
  return { connectUrl: null, expiresAt: null, userErrors: [fault], clientMutationId };
}

/** What is wrong, in the viewer's language; the connector's own words stand beside it. */
function adviceOf({ status, detail }: AccountFacts, words: Words): string {
  if (status === 'reconnect_needed') return words.advice.reconnect;
  if (status === 'disconnected') return words.advice.disconnected;
  // without words of the connector it is connecting for the first time
  return status === 'degraded' && detail !== '' ? words.advice.troubled : '';
}

/** Whole days, none below zero. */
function daysBetween(now: Date, then: Date): number {
  return Math.max(0, Math.floor((then.getTime() - now.getTime()) / 86_400_000));
}

function nothingArrived(accountId: string): IntakeGauge {
  return {
    accountId,
    received: 0,
    read: 0,
    ignored: 0,
    unreadable: 0,
    filled: 0,
    toProcess: 0,
    oldestUnprocessedAt: null,
    lastReceivedAt: null,
    costToday: null,
    costMonth: null,
  };
}

/** From millionths. */
function dollars(micro: number | null): number | null {
  return micro === null ? null : micro / 1_000_000;
}
