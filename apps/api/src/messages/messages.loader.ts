import DataLoader from 'dataloader';
import {
  readAttachments,
  readAttachmentsOf,
  readMessages,
  readPartsOf,
  readTimelines,
  type MessageFacts,
  type Page,
  type PageRequest,
} from '@app/inbox';
import { byId, byKey } from '../graphql/batch';
import type { ReadTransaction } from '../graphql/read-transaction';

export function messageLoaders(reads: ReadTransaction) {
  return {
    messages: byId((ids) => reads.run((tx) => readMessages(tx, ids))),
    attachments: byId((ids) => reads.run((tx) => readAttachments(tx, ids))),
    partsOf: byKey((ids) => reads.run((tx) => readPartsOf(tx, ids))),
    attachmentsOf: byKey((ids) => reads.run((tx) => readAttachmentsOf(tx, ids))),
    timelines: timelineLoader(reads),
  };
}

interface TimelineKey {
  readonly conversationId: string;
  readonly request: PageRequest;
}

/** Conversations that want the same part of their timelines are read in one statement. */
function timelineLoader(reads: ReadTransaction): DataLoader<TimelineKey, Page<MessageFacts>, string> {
  return new DataLoader<TimelineKey, Page<MessageFacts>, string>(
    async (keys) => {
      const parts = new Map<string, { request: PageRequest; ids: string[] }>();
      for (const { conversationId, request } of keys) {
        const part = parts.get(JSON.stringify(request));
        if (part) part.ids.push(conversationId);
        else parts.set(JSON.stringify(request), { request, ids: [conversationId] });
      }
      const found = new Map<string, Map<string, Page<MessageFacts>>>();
      for (const [part, { request, ids }] of parts) {
        found.set(part, await reads.run((tx) => readTimelines(tx, ids, request)));
      }
      return keys.map((key) => found.get(JSON.stringify(key.request))!.get(key.conversationId)!);
    },
    { cacheKeyFn: ({ conversationId, request }) => `${conversationId} ${JSON.stringify(request)}`, maxBatchSize: 100 },
  );
}
