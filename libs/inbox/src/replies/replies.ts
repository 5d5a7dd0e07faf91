import { MAX_OUTBOUND_TEXT, type LengthCounting } from '@app/channel';
import type { Jobs, Tx } from '@app/runtime';
import type { Change, Changes } from '../changes/changes';
import { holdWorkspace, type LockedConversation } from '../conversations/lock';
import { getMessage, withoutNul, type Message, type ReplyKind } from '../conversations/message';
import { once } from '../once';
import { mayOpen, readAccess } from '../people/access';
import { beginOffer } from '../queue/begin-offer';
import { replyWindowAt, type WindowFacts } from '../reads/reply-window';
import { append, takeHead, type RecordEntry } from '../record/record';
import { settleWaits } from '../waits/settle-waits';
import { lockMatters } from '../waits/standing';
import { whatIsAnswered, type Answers } from './answers';
import { mayAnswer } from './may-answer';
import { addressReply, enqueueSend, type Addressed } from './outbound';
import { continueInPrivate, findAnswerable, type PrivateReplyRefusal } from './private-reply';
import { RANK, RANK_AGAIN } from './send-state';
import { textLength } from './text-length';

/** Longest reply on any channel, in UTF-16 units; a channel may allow less. */
export const MAX_REPLY_LENGTH = MAX_OUTBOUND_TEXT;
const MAX_ATTACHMENTS = 50;

export interface ReplyInput {
  readonly agentId: string;
  readonly conversationId: string;
  readonly text: string;
  readonly attachmentIds: readonly string[];
  readonly replyKind: ReplyKind;
  /** Newest message on the agent's screen, in whichever conversation of the matter: what came after it is not answered by this reply. */
  readonly seenUpTo: string;
  readonly clientMutationId: string;
  /** The agent has been shown what is newer and sends all the same. */
  readonly sendAnyway?: boolean;
  /** In a public conversation: to its customer alone, in the private conversation that continues it. */
  readonly visibility?: 'private';
  /** Sends although the platform's time for answers seems to be over: the platform is the judge. */
  readonly outsideWindow?: boolean;
}

export type ReplyRefusal =
  /** Ids of messages the agent has not seen, oldest first, at most 20. The draft stays. */
  | { readonly error: 'collision'; readonly newer: readonly string[] }
  | { readonly error: 'not-held' }
  /** Nobody who wrote can be answered: their message names no sender. The draft stays. */
  | { readonly error: 'no-recipient' }
  /** The account cannot send; what to do about it. The draft stays. */
  | { readonly error: 'reconnect-needed'; readonly detail: string }
  | { readonly error: 'too-long'; readonly max: number }
  /** As far as we know the platform takes no answer now. The draft stays. */
  | { readonly error: 'window-closed' }
  | PrivateReplyRefusal
  | { readonly error: 'empty' }
  | { readonly error: 'unknown-attachment' };

/** Where a reply stands, to whom it goes, and what it answers. */
interface Place extends Addressed {
  readonly into: LockedConversation;
  readonly covers: Answers;
  /** Platform id of the public message that it answers in private. */
  readonly privateReplyTo: string | null;
}

/** What an account allows, for the kind of reply that is asked about. */
interface SendLimits {
  readonly status: string;
  readonly detail: string;
  readonly counting: LengthCounting;
  readonly max: number | null;
}

type Retried = { message: Message } | { error: 'not-held' } | { error: 'reconnect-needed'; detail: string };

/** Replies of agents: message and job are written in one transaction; what becomes of them comes back as send events. */
export class Replies {
  constructor(
    private readonly changes: Changes,
    private readonly jobs: Pick<Jobs, 'enqueue'>,
  ) {}

  /**
   * Stores a reply and hands it to the connector. An answer, or a question we need answered, covers what its writer had seen
   * and ends the wait when nothing is left; a holding reply changes nothing for the customer. A private reply to a public message stands in the
   * private conversation that continues the public one, and answers there. Safe to repeat with the same `clientMutationId`.
   */
  async send(tx: Tx, input: ReplyInput): Promise<{ message: Message } | ReplyRefusal> {
    const { agentId, clientMutationId } = input;
    let entries: readonly RecordEntry[] = [];
    const done = await once(tx, { agentId, key: clientMutationId, name: 'messageSend' }, async () => {
      if (input.visibility === 'private') await holdWorkspace(tx);
      const matter = await lockMatters(tx, [input.conversationId]);
      const conversation = matter.find(({ id }) => id === input.conversationId);
      if (!conversation) return { error: 'not-held' as const };
      const covers = await whatIsAnswered(tx, conversation, input.seenUpTo);
      const refusal = await this.refusal(tx, input, conversation, covers.seenUpTo);
      if (refusal) return refusal;
      const addressed = await addressReply(tx, conversation.id);
      if (addressed.to.length === 0) return { error: 'no-recipient' as const };
      const inPrivate = input.visibility === 'private' && conversation.visibility === 'public';
      const answers = inPrivate ? await findAnswerable(tx, conversation, covers.seenUpTo) : undefined;
      if (answers && 'error' in answers) return answers;
      const into = inPrivate ? await continueInPrivate(tx, conversation) : conversation;
      const place = { ...addressed, into, covers, privateReplyTo: answers?.nativeId ?? null };
      const messageId = await this.store(tx, input, conversation, place);
      entries = await this.answered(tx, input, conversation, into, messageId);
      return { messageId };
    });
    if ('error' in done) return done;
    const message = await getMessage(tx, done.messageId);
    if (entries.length > 0) await append(tx, entries);
    return { message };
  }

  /** Sends a failed reply once more, byte for byte. It answers again what it had answered. */
  async retry(
    tx: Tx,
    call: { readonly agentId: string; readonly messageId: string },
  ): Promise<Retried | { error: 'not-failed' }> {
    return (await this.again(tx, call, 'failed')) ?? { error: 'not-failed' };
  }

  /** A person who looked decides what became of a reply nobody could confirm. */
  async settle(
    tx: Tx,
    call: { readonly agentId: string; readonly messageId: string; readonly outcome: 'sent' | 'send-again' },
  ): Promise<Retried | { error: 'not-uncertain' }> {
    if (call.outcome === 'send-again') return (await this.again(tx, call, 'uncertain')) ?? { error: 'not-uncertain' };
    const target = await this.reach(tx, call);
    if (!target) return { error: 'not-held' };
    const [settled] = await tx.query(
      /* sql */ `
      update inbox.messages set send_state = 'sent', send_at = $2, send_next_at = null, failure = null, version = version + 1
       where id = $1 and send_state = 'uncertain' returning 1`,
      [call.messageId, tx.now],
    );
    if (!settled) return { error: 'not-uncertain' };
    await tx.query(
      /* sql */ `
      update inbox.message_parts set state = 'sent', rank = $2, failure = null, next_at = null
       where message_id = $1 and state <> 'sent'`,
      [call.messageId, RANK.sent],
    );
    await this.changes.write(tx, [{ kind: 'message', id: call.messageId, conversationId: target.id }]);
    return { message: await getMessage(tx, call.messageId) };
  }

  private async refusal(
    tx: Tx,
    input: ReplyInput,
    conversation: LockedConversation,
    seenUpTo: string | null,
  ): Promise<ReplyRefusal | undefined> {
    const { agentId } = input;
    if (withoutNul(input.text).trim() === '' && input.attachmentIds.length === 0) return { error: 'empty' };
    if (!(await mayAnswer(tx, agentId, conversation))) return { error: 'not-held' };
    const inPublic = conversation.visibility === 'public';
    // the one private answer to something public is a single message
    const [account] = await tx.query<SendLimits>(
      /* sql */ `
      select status, detail, case $2 when 'public' then public_counting else 'units' end as counting,
             case $2 when 'public' then coalesce(public_length, max_length)
                                     when 'first' then coalesce(part_length, max_length) else max_length end as max
        from inbox.accounts where id = $1`,
      [conversation.accountId, !inPublic ? 'private' : input.visibility === 'private' ? 'first' : 'public'],
    );
    const max = Math.min(account!.max ?? MAX_REPLY_LENGTH, MAX_REPLY_LENGTH);
    if (textLength(input.text, account!.counting) > max) return { error: 'too-long', max };
    const files = [...new Set(input.attachmentIds)];
    if (files.length > MAX_ATTACHMENTS) return { error: 'unknown-attachment' };
    const [found] = await tx.query<{ n: number }>(
      `select count(*) as n from inbox.attachments where id = any($1::uuid[]) and uploaded_by = $2 and message_id is null`,
      [files, agentId],
    );
    if (found!.n !== files.length) return { error: 'unknown-attachment' };
    if (!input.sendAnyway) {
      const newer = await this.newer(tx, input, seenUpTo);
      if (newer.length > 0) return { error: 'collision', newer };
    }
    const refusal = cannotSend(account!);
    if (refusal || input.outsideWindow) return refusal;
    return (await this.windowClosed(tx, conversation)) ? { error: 'window-closed' } : undefined;
  }

  private async windowClosed(tx: Tx, { visibility, accountId, threadKey }: LockedConversation): Promise<boolean> {
    if (visibility === 'public' || threadKey === null) return false;
    const [thread] = await tx.query<Omit<WindowFacts, 'threaded'>>(
      /* sql */ `
      select window_opened_at as "windowOpenedAt", window_closes_at as "windowClosesAt",
             window_human_closes_at as "windowHumanClosesAt", window_refused_at as "windowRefusedAt"
        from inbox.threads where account_id = $1 and thread_key = $2`,
      [accountId, threadKey],
    );
    return thread !== undefined && replyWindowAt({ ...thread, threaded: true }, tx.now).state === 'closed';
  }

  /**
   * What came after the newest message the agent had on screen: all that reached us or was sent, their own replies from
   * another window included, and notes of colleagues. The caller holds the conversation, so of two replies written at the
   * same time the second meets the first here.
   */
  private async newer(tx: Tx, input: ReplyInput, seenUpTo: string | null): Promise<string[]> {
    const rows = await tx.query<{ id: string }>(
      /* sql */ `
      select id from inbox.messages
       where conversation_id = $1 and number > coalesce((select number from inbox.messages where id = $2), 0)
         and (direction <> 'note' or agent_id is distinct from $3)
       order by number desc limit 20`,
      [input.conversationId, seenUpTo, input.agentId],
    );
    return rows.map((row) => row.id).reverse();
  }

  private async store(
    tx: Tx,
    input: ReplyInput,
    conversation: LockedConversation,
    { to, subject, into, covers, privateReplyTo }: Place,
  ): Promise<string> {
    const id = tx.newId();
    await tx.query(
      /* sql */ `
      insert into inbox.messages (id, workspace_id, conversation_id, account_id, direction, origin, agent_id, visibility, at,
                                  received_at, subject, text, reply_to, reply_kind, seen_up_to, send_state, send_attempt,
                                  send_rank, send_at, client_mutation_id, wait_id, private_reply_to,
                                  answers_in, also_answers, also_up_to)
      values ($1, $2, $3, $4, 'outbound', 'evenhand', $5, $6, $7, $7, $8, $9, $10, $11,
              $12, 'queued', 0, 0, $7, $13, $14, $15, $16, $17, $18)`,
      [
        id,
        tx.workspaceId,
        into.id,
        conversation.accountId,
        input.agentId,
        into.visibility,
        tx.now,
        subject,
        withoutNul(input.text),
        to,
        input.replyKind,
        covers.seenUpTo,
        input.clientMutationId,
        conversation.waitId,
        privateReplyTo,
        into.id === conversation.id ? null : conversation.id,
        covers.also,
        covers.alsoUpTo,
      ],
    );
    if (input.attachmentIds.length > 0) {
      await tx.query(
        /* sql */ `
        update inbox.attachments a set message_id = $1, position = f.ordinality - 1
          from unnest($2::uuid[]) with ordinality f(id, ordinality) where a.id = f.id`,
        [id, [...new Set(input.attachmentIds)]],
      );
    }
    await tx.query(
      `update inbox.conversations set last_message_at = greatest(last_message_at, $2), version = version + 1 where id = $1`,
      [into.id, tx.now],
    );
    await tx.query('delete from inbox.drafts where conversation_id = $1 and agent_id = $2', [
      conversation.id,
      input.agentId,
    ]);
    await enqueueSend(tx, this.jobs, id);
    return id;
  }

  /** What the reply does to the wait, and who is told. @returns what is to be appended. */
  private async answered(
    tx: Tx,
    input: ReplyInput,
    conversation: LockedConversation,
    into: LockedConversation,
    messageId: string,
  ): Promise<readonly RecordEntry[]> {
    const { agentId, clientMutationId } = input;
    await takeHead(tx);
    const begun = await beginOffer(tx, agentId, conversation.id);
    const settled = await settleWaits(tx, [conversation.id]);
    const changes: Change[] = [
      ...begun.changes,
      ...settled.changes,
      { kind: 'message', id: messageId, conversationId: into.id, clientMutationId },
      { kind: 'draft', id: conversation.id, conversationId: conversation.id, agentId },
    ];
    if (into !== conversation) {
      for (const { id } of [into, conversation]) changes.push({ kind: 'conversation', id, conversationId: id });
    }
    if (begun.offer) changes.push({ kind: 'offer', id: begun.offer.id, conversationId: conversation.id, agentId });
    await this.changes.write(tx, changes);
    const replied: RecordEntry = {
      kind: 'message.replied',
      ...(conversation.waitId ? { wait: conversation.waitId } : {}),
      fields: { message: messageId, conversation: into.id, agent: agentId, reply: input.replyKind },
    };
    return [...begun.entries, replied, ...settled.entries];
  }

  /** @returns undefined when the message is not in the state `from`. */
  private async again(
    tx: Tx,
    call: { readonly agentId: string; readonly messageId: string },
    from: 'failed' | 'uncertain',
  ): Promise<Retried | undefined> {
    const target = await this.reach(tx, call);
    if (!target) return { error: 'not-held' };
    const [account] = await tx.query<{ status: string; detail: string }>(
      'select status, detail from inbox.accounts where id = $1',
      [target.accountId],
    );
    const [message] = await tx.query<{ state: string; answers: string[] }>(
      /* sql */ `
      select send_state as state, array_remove(array[answers_in, also_answers], null) as answers from inbox.messages
       where id = $1 and origin = 'evenhand'`,
      [call.messageId],
    );
    if (message?.state !== from) return undefined;
    const refusal = cannotSend(account!);
    if (refusal) return refusal;
    await tx.query(
      /* sql */ `
      update inbox.messages set send_state = 'queued', send_rank = $2, send_at = $3, send_next_at = null, failure = null,
             version = version + 1
       where id = $1`,
      [call.messageId, RANK_AGAIN, tx.now],
    );
    await tx.query(
      /* sql */ `
      update inbox.message_parts set state = 'queued', rank = $2, at = $3, next_at = null, failure = null
       where message_id = $1 and state in ('failed', 'uncertain')`,
      [call.messageId, RANK_AGAIN, tx.now],
    );
    await enqueueSend(tx, this.jobs, call.messageId, true);
    await takeHead(tx);
    const settled = await settleWaits(tx, [target.id, ...message.answers]);
    await this.changes.write(tx, [
      ...settled.changes,
      { kind: 'message', id: call.messageId, conversationId: target.id },
    ]);
    const sent = await getMessage(tx, call.messageId);
    if (settled.entries.length > 0) await append(tx, settled.entries);
    return { message: sent };
  }

  /**
   * The conversation of a message, locked together with those in which it answers, if the agent may act on it: it is theirs,
   * or nobody else works on the wait.
   */
  private async reach(
    tx: Tx,
    call: { readonly agentId: string; readonly messageId: string },
  ): Promise<LockedConversation | undefined> {
    const rows = await tx.query<{ id: string; own: boolean }>(
      /* sql */ `
      select c.id, c.id = m.conversation_id as own from inbox.messages m
        join inbox.conversations p on p.id = m.conversation_id
        join inbox.conversations c on c.id in (p.id, m.answers_in, m.also_answers)
       where m.id = $1`,
      [call.messageId],
    );
    const held = await lockMatters(
      tx,
      rows.map((row) => row.id),
    );
    const conversation = held.find(({ id }) => rows.some((row) => row.own && row.id === id));
    if (!conversation) return undefined;
    const access = (await readAccess(tx, call.agentId, [conversation.id])).get(conversation.id)!;
    if (!mayOpen({ agentId: call.agentId, role: 'agent' }, access)) return undefined;
    const [other] = await tx.query(
      /* sql */ `
      select 1 from inbox.offers
       where agent_id <> $2 and state in ('open', 'taken')
         and (conversation_id = any($1::uuid[]) or wait_id in (select wait_id from inbox.conversations where id = any($1::uuid[])))`,
      [rows.map(({ id }) => id), call.agentId],
    );
    return other ? undefined : conversation;
  }
}

function cannotSend(account: {
  readonly status: string;
  readonly detail: string;
}): { error: 'reconnect-needed'; detail: string } | undefined {
  if (account.status !== 'reconnect_needed' && account.status !== 'disconnected') return undefined;
  return { error: 'reconnect-needed', detail: account.detail };
}
