import { Injectable } from '@nestjs/common';
import { findNodeKind, readWorkspace } from '@app/inbox';
import { isOpened, findOpened } from '../conversations/opened';
import { isUuid } from './cursor';
import type { Resolvers, ResolversTypes } from './generated';
import type { Operation } from './operation';
import type { ResolvesFields } from './schema';

type AnyNode = Awaited<ResolversTypes['Node']>;

/** Fetches anything again by its id, under the same rules as everywhere. */
@Injectable()
export class NodeResolver implements ResolvesFields {
  resolvers(): Resolvers {
    return {
      Node: { __resolveType: (node) => (node as { __typename?: 'Conversation' }).__typename ?? 'Conversation' },
      Query: {
        node: async (_, { id }, operation) => (await find(operation, id)) ?? null,
      },
      Mutation: { _: () => null },
    };
  }
}

async function find(operation: Operation, id: string): Promise<AnyNode | undefined> {
  const { load, viewer } = operation;
  const mayErase = viewer.role === 'admin';
  const [conversationId, agentId] = id.split('.', 2);
  if (conversationId && agentId === viewer.agentId && isUuid(conversationId)) {
    const opened = await findOpened(operation, conversationId);
    return named('Draft', opened && (await load.drafts.load(conversationId)));
  }
  if (!isUuid(id)) return undefined;
  if (id === viewer.workspaceId) return named('Workspace', await operation.read(readWorkspace));
  switch (await operation.read((tx) => findNodeKind(tx, id))) {
    case 'conversation':
      return named('Conversation', await load.conversations.load(id));
    case 'message': {
      const item = await load.messages.load(id);
      const opened = item && (await findOpened(operation, item.conversationId));
      return opened && named(item.direction === 'note' ? 'Note' : 'Message', item);
    }
    case 'wait':
      return named('Wait', await load.waits.load(id));
    case 'offer': {
      const offer = await load.offers.load(id);
      return offer?.agentId === viewer.agentId ? named('Offer', offer) : undefined;
    }
    case 'agent':
      return named('Agent', await load.agents.load(id));
    case 'customer': {
      const [customer, known] = [await load.customers.load(id), await load.knownCustomers.load(id)];
      // whoever of them waits in the queue is nobody's to look up
      return customer && known ? named('Customer', { ...customer, known }) : undefined;
    }
    case 'account':
      return named('Account', await load.accounts.load(id));
    case 'attachment': {
      const file = await load.attachments.load(id);
      const own = file?.messageId === null && file.uploadedBy === viewer.agentId;
      const opened = file?.conversationId ? await load.conversations.load(file.conversationId) : undefined;
      return own || (opened && isOpened(opened, operation)) ? named('Attachment', file) : undefined;
    }
    case 'erasure':
      return mayErase ? named('CustomerErasure', await load.erasures.load(id)) : undefined;
    case 'export':
      return mayErase ? named('CustomerExport', await load.exports.load(id)) : undefined;
    case undefined:
      return undefined;
  }
}

/** Says which type a row is of; the executor cannot see it. */
function named<T extends object>(__typename: string, row: T | undefined): (T & { __typename: string }) | undefined {
  return row && { ...row, __typename };
}
