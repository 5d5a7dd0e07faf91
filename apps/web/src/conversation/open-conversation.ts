import type { ConversationQuery } from '../graphql/generated';

/** A conversation with everything that its page shows. */
export type OpenConversation = NonNullable<ConversationQuery['conversation']>;

/** Items of a page of the timeline. */
export const PAGE = 40;
