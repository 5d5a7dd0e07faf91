import {
  channelKind,
  EXPORT_DELIVER,
  exportDeliverJob,
  messageSendJob,
  messageSendJobName,
  type ExportDeliverJob,
  type MessageSendJob,
} from '@app/channel';
import type { Database, Job, Jobs, Tx } from '@app/runtime';
import type { Changes } from '../changes/changes';
import { lockConversation } from '../conversations/lock';
import { replySubject } from '../conversations/subject';
import { enqueueSend } from '../replies/outbound';

/** How long the link to one's data works. */
const LINK_MS = 7 * 86_400_000;

const WORDS = {
  en: {
    text: (link: string) =>
      `You asked for the data we hold about you. You can fetch it here, once, within seven days:\n\n${link}\n\nNobody but you can open the file; we cannot either.`,
    shown: '(a link that only the customer has)',
  },
  fr: {
    text: (link: string) =>
      `Vous avez demandé les données que nous détenons sur vous. Vous pouvez les télécharger ici, une seule fois, pendant sept jours :\n\n${link}\n\nVous seul pouvez ouvrir le fichier ; nous ne le pouvons pas non plus.`,
    shown: '(un lien que seul le client possède)',
  },
} as const;

interface Asked {
  readonly value: string;
  readonly conversationId: string;
  readonly subject: string | null;
  readonly language: string | null;
}

/**
 * Sends a customer the link to their data, as a message of their conversation that nobody wrote. What colleagues see of it has
 * no link: the link stands in the message on its way and nowhere else.
 */
export class DeliverExports {
  constructor(
    private readonly parts: { readonly database: Database; readonly jobs: Jobs; readonly changes: Changes },
  ) {}

  /** Serves the job in this process. */
  serve(): void {
    const { jobs } = this.parts;
    for (const channel of channelKind.options) jobs.define(messageSendJobName(channel), { payload: messageSendJob });
    jobs.define(EXPORT_DELIVER, { payload: exportDeliverJob });
    jobs.handle<ExportDeliverJob>(EXPORT_DELIVER, (job) => this.deliver(job));
  }

  private async deliver(job: Job<ExportDeliverJob>): Promise<void> {
    const { workspaceId, exportId, link } = job.payload;
    await this.parts.database.transaction({ workspaceId }, async (tx) => {
      const asked = await find(tx, exportId);
      if (asked) await this.send(tx, exportId, asked, link);
      await job.complete(tx);
    });
  }

  private async send(tx: Tx, exportId: string, asked: Asked, link: string): Promise<void> {
    const conversation = (await lockConversation(tx, asked.conversationId))!;
    const words = WORDS[asked.language?.startsWith('fr') ? 'fr' : 'en'];
    const id = tx.newId();
    await tx.query(
      /* sql */ `
      insert into inbox.messages (id, workspace_id, conversation_id, account_id, direction, origin, visibility, at, received_at,
                                  subject, text, reply_to, reply_kind, send_state, send_attempt, send_rank, send_at)
      values ($1, $2, $3, $4, 'outbound', 'evenhand', 'private', $5, $5, $6, $7, array[$8], 'holding', 'queued', 0, 0, $5)`,
      [
        id,
        tx.workspaceId,
        conversation.id,
        conversation.accountId,
        tx.now,
        replySubject(asked.subject),
        words.text(words.shown),
        asked.value,
      ],
    );
    await tx.query(
      `update inbox.conversations set last_message_at = greatest(last_message_at, $2), version = version + 1 where id = $1`,
      [conversation.id, tx.now],
    );
    await tx.query(
      `update inbox.customer_exports set state = 'done', delivered_at = $2, link_expires_at = $3 where id = $1`,
      [exportId, tx.now, new Date(tx.now.getTime() + LINK_MS)],
    );
    const enqueue: Jobs['enqueue'] = (tx, name, payload, options) =>
      this.parts.jobs.enqueue(tx, name, withText(payload as MessageSendJob, words.text(link)), options);
    await enqueueSend(tx, { enqueue }, id);
    await this.parts.changes.write(tx, [{ kind: 'message', id, conversationId: conversation.id }]);
  }
}

function withText(payload: MessageSendJob, text: string): MessageSendJob {
  return { ...payload, outbound: { ...payload.outbound, text } };
}

async function find(tx: Tx, exportId: string): Promise<Asked | undefined> {
  const [asked] = await tx.query<Asked>(
    /* sql */ `
    select i.value, c.id as "conversationId", c.subject, coalesce(u.language, c.language) as language
      from inbox.customer_exports x
      join inbox.identities i on i.id = x.identity_id
      join inbox.customers u on u.id = x.customer_id
     cross join lateral (select * from inbox.conversations c
                          where c.customer_id = x.customer_id and c.channel = i.channel and c.visibility = 'private'
                          order by exists (select 1 from inbox.participants p where p.conversation_id = c.id and p.value = i.value) desc,
                                   c.last_message_at desc, c.id limit 1) c
     where x.id = $1 and x.state = 'running' for update of x`,
    [exportId],
  );
  return asked;
}
