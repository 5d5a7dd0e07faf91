import { messageModerateJobName, type ChannelKind, type MessageModerateJob, type ModerationAction } from '@app/channel';
import type { Jobs, Tx } from '@app/runtime';
import type { Changes } from '../changes/changes';
import { lockConversation } from '../conversations/lock';
import { getMessage, type Message } from '../conversations/message';
import { once } from '../once';
import { beginOffer } from '../queue/begin-offer';
import { append, type RecordEntry } from '../record/record';
import { mayAnswer } from '../replies/may-answer';

/** Hiding, showing and deleting what customers wrote in public. The platform does it; what it did comes back as a change. */
export class Moderation {
  constructor(
    private readonly changes: Changes,
    private readonly jobs: Pick<Jobs, 'enqueue'>,
  ) {}

  /**
   * Asks the platform to do something with a public message; its customer waits on. Safe to repeat with the same
   * `clientMutationId`.
   */
  async ask(
    tx: Tx,
    call: {
      readonly agentId: string;
      readonly messageId: string;
      readonly action: ModerationAction;
      readonly clientMutationId: string;
    },
  ): Promise<{ message: Message } | Refused> {
    const { agentId, messageId, action, clientMutationId } = call;
    let entries: readonly RecordEntry[] = [];
    const done = await once(
      tx,
      { agentId, key: clientMutationId, name: 'messageModerate' },
      async (): Promise<Asked> => {
        const [message] = await tx.query<Moderatable>(MODERATABLE, [messageId]);
        const conversation = message && (await lockConversation(tx, message.conversationId));
        if (!conversation || !(await mayAnswer(tx, agentId, conversation))) return { error: 'not-held' };
        const [asked] = await tx.query(
          /* sql */ `
        update inbox.messages set moderation = $2::jsonb, version = version + 1
         where id = $1 and $3 and withdrawn_at is null returning 1`,
          [messageId, JSON.stringify({ action, state: 'asked', at: tx.now.toISOString() }), message.moderatable],
        );
        if (!asked) return { error: 'not-moderatable' };
        await this.enqueue(tx, message, action);
        const begun = await beginOffer(tx, agentId, conversation.id);
        const fields = { message: messageId, conversation: conversation.id, agent: agentId, action };
        entries = [...begun.entries, { kind: 'message.moderationAsked', fields }];
        await this.changes.write(tx, [
          ...begun.changes,
          { kind: 'message', id: messageId, conversationId: conversation.id, clientMutationId },
        ]);
        return { messageId };
      },
    );
    if ('error' in done) return done;
    const message = await getMessage(tx, done.messageId);
    if (entries.length > 0) await append(tx, entries);
    return { message };
  }

  /** What is asked of one message is done in the order in which it was asked. */
  private async enqueue(tx: Tx, message: Moderatable, action: ModerationAction): Promise<void> {
    const { id, accountId, channel, target, nativeId } = message;
    const payload: MessageModerateJob = { workspaceId: tx.workspaceId, accountId, target, nativeId, action };
    await this.jobs.enqueue(tx, messageModerateJobName(channel), payload, { key: `${id}:${action}`, lane: id });
  }
}

type Refused = { readonly error: 'not-held' | 'not-moderatable' };
type Asked = Refused | { readonly messageId: string };

interface Moderatable {
  readonly id: string;
  readonly conversationId: string;
  readonly accountId: string;
  readonly channel: ChannelKind;
  readonly target: string;
  readonly nativeId: string;
  readonly moderatable: boolean;
}

const MODERATABLE = /* sql */ `
  select m.id, m.conversation_id as "conversationId", m.account_id as "accountId", a.channel, m.external_id as target,
         m.native_ids[1] as "nativeId",
         m.direction = 'inbound' and m.visibility = 'public' and m.origin = 'platform' and cardinality(m.native_ids) > 0
           and a.moderates as moderatable
    from inbox.messages m join inbox.accounts a on a.id = m.account_id where m.id = $1`;
