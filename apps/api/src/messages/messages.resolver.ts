import { Injectable } from '@nestjs/common';
import type { FileRef } from '@app/channel';
import type { AttachmentFacts, MessageFacts } from '@app/inbox';
import { enumName } from '../graphql/enum-names';
import type { Resolvers } from '../graphql/generated';
import type { Operation } from '../graphql/operation';
import type { ResolvesFields } from '../graphql/schema';
import { mayModerate } from './may-moderate';
import { outsideColleague } from './outside-colleague';

/** How messages and notes are shown. What changes them stands in message-mutations.resolver.ts. */
@Injectable()
export class MessagesResolver implements ResolvesFields {
  resolvers(): Resolvers {
    return {
      TimelineItem: { __resolveType: (item) => (item.direction === 'note' ? 'Note' : 'Message') },
      Actor: {
        __resolveType: (actor) =>
          'outside' in actor ? 'OutsideColleague' : 'pseudonym' in actor ? 'Customer' : 'Agent',
      },
      UserError: { __resolveType: (error) => (error as { __typename: 'InvalidInputError' }).__typename },
      OutsideColleague: { displayName: (_, _args, operation) => operation.words.outsideColleague },
      Message: {
        createdAt: (m) => m.at.toISOString(),
        receivedAt: (m) => m.receivedAt.toISOString(),
        actor: actorOf,
        direction: (m) => (m.direction === 'inbound' ? 'INBOUND' : 'OUTBOUND'),
        origin: (m) => enumName(m.origin),
        visibility: (m) => enumName(m.visibility),
        kind: (m) => (m.class === 'own' ? 'ORDINARY' : enumName(m.class)),
        attachments: async (m, _args, { load }) => (await load.attachmentsOf.load(m.id)) ?? [],
        pendingFiles: (m) =>
          m.pendingFiles.map(({ kind, problem }) => ({ kind: enumName(kind), problem: problem ?? null })),
        withdrawnBy: (m) => m.withdrawnBy && enumName(m.withdrawnBy),
        moderation: (m) =>
          m.moderation && {
            action: enumName(m.moderation.action),
            state: enumName(m.moderation.state),
            detail: m.moderation.detail ?? null,
          },
        canModerate: mayModerate,
        reactions: (m) => m.reactions.map(({ emoji }) => emoji),
        source: (m) => m.source && sourceFile(m, m.source),
        replyKind: (m) => m.replyKind && enumName(m.replyKind),
        send: (m) => (m.sendState === null ? null : m),
      },
      Note: { createdAt: (note) => note.at.toISOString(), actor: actorOf },
      SendStatus: {
        state: (m) => enumName(m.sendState ?? 'queued'),
        at: (m) => (m.sendAt ?? m.at).toISOString(),
        sendsAt: (m) => m.sendNextAt?.toISOString() ?? null,
        attempt: (m) => m.sendAttempt ?? 0,
        failure: (m) => (m.failure === null ? null : m),
        parts: async (m, _args, { load }) => (await load.partsOf.load(m.id)) ?? [],
      },
      SendPart: {
        part: (p) => p.part + 1,
        state: (p) => enumName(p.sendState),
        failure: (p) => (p.failure === null ? null : p),
      },
      SendFailure: {
        code: (m) => m.failure?.code ?? 'UNKNOWN',
        message: (m, _args, { words }) =>
          m.sendState === 'uncertain' ? words.unconfirmed : words.failures[m.failure?.code ?? 'UNKNOWN'],
        detail: (m) => m.failure?.detail ?? null,
        advice: (m, _args, { words }) =>
          m.sendState === 'uncertain' ? '' : (words.failureAdvice[m.failure?.code ?? 'UNKNOWN'] ?? ''),
        retryable: (m) => m.failure?.retryable ?? false,
      },
      Attachment: {
        fileName: (file) => file.name,
        contentType: (file) => file.mime,
        byteSize: (file) => file.size,
        url: (file) => `/attachments/${file.id}`,
      },
    };
  }
}

async function actorOf(message: MessageFacts, _args: unknown, { load }: Operation) {
  if (message.agentId !== null) {
    const agent = await load.agents.load(message.agentId);
    if (agent) return agent;
  }
  if (message.direction !== 'inbound' || message.customerId === null) return outsideColleague;
  return { ...(await load.customers.load(message.customerId))!, known: true };
}

/** The raw mail of a message that could not be read; served under the message's own id. */
function sourceFile(message: MessageFacts, file: FileRef): AttachmentFacts {
  return {
    ...file,
    id: `${message.id}.source`,
    contentId: null,
    inline: false,
    messageId: message.id,
    conversationId: message.conversationId,
    uploadedBy: null,
  };
}
