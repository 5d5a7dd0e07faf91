import { Injectable } from '@nestjs/common';
import { Drafts, readAttachments } from '@app/inbox';
import { findOpened } from '../conversations/opened';
import { notYours } from '../conversations/not-yours';
import { isUuid } from '../graphql/cursor';
import type { Resolvers } from '../graphql/generated';
import type { ResolvesFields } from '../graphql/schema';
import { invalid, notFound } from '../graphql/user-errors';
import { faultOfFiles } from '../messages/draft-files';

@Injectable()
export class DraftsResolver implements ResolvesFields {
  constructor(private readonly drafts: Drafts) {}

  resolvers(): Resolvers {
    return {
      Draft: {
        id: (draft) => `${draft.conversationId}.${draft.agentId}`,
        attachments: async (draft, _args, operation) => {
          const files = await Promise.all(draft.attachmentIds.map((id) => operation.load.attachments.load(id)));
          return files.filter((file) => file !== undefined);
        },
      },
      Mutation: {
        draftSave: async (_, { input }, operation) => {
          const { words, viewer } = operation;
          const { conversationId, text, revision } = input;
          const attachmentIds = [...new Set(input.attachmentIds ?? [])];
          const fault = faultOfFiles(attachmentIds, operation);
          if (fault) return { draft: null, userErrors: [fault] };
          if (!Number.isSafeInteger(revision) || revision < 0) {
            return { draft: null, userErrors: [invalid(['revision'], words.missing('revision'))] };
          }
          const conversation = isUuid(conversationId) ? await findOpened(operation, conversationId) : undefined;
          if (!conversation) return { draft: null, userErrors: [notFound(['conversationId'], words)] };
          const { agentId } = viewer;
          const result = await operation.write(async (tx) => {
            const files = await readAttachments(tx, attachmentIds);
            const loose = files.filter((file) => file.uploadedBy === agentId && file.messageId === null);
            if (loose.length !== attachmentIds.length) return { error: 'unknown-attachment' as const };
            return this.drafts.save(tx, { agentId, conversationId, text, attachmentIds, revision });
          });
          if ('draft' in result) return { draft: result.draft, userErrors: [] };
          switch (result.error) {
            case 'not-held':
              return { draft: null, userErrors: [await notYours(operation, conversationId)] };
            case 'too-long':
              return { draft: null, userErrors: [invalid(['text'], words.tooLong(result.max, text.length))] };
            case 'unknown-attachment':
              return { draft: null, userErrors: [invalid(['attachmentIds'], words.unknownAttachment)] };
          }
        },
        draftDiscard: async (_, { input }, operation) => {
          const { conversationId } = input;
          const conversation = isUuid(conversationId) ? await findOpened(operation, conversationId) : undefined;
          if (!conversation) return { draft: null, userErrors: [notFound(['conversationId'], operation.words)] };
          const { agentId } = operation.viewer;
          await operation.write((tx) => this.drafts.discard(tx, { agentId, conversationId }));
          return { draft: null, userErrors: [] };
        },
      },
    };
  }
}
