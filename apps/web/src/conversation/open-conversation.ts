import type { ConversationQuery, MessageFactsFragment } from '../graphql/generated';

/** A conversation with everything that its page shows. */
export type OpenConversation = NonNullable<ConversationQuery['conversation']>;

/** Items of a page of the timeline. */
export const PAGE = 40;

/** The messages of it that the page has, by platform time. */
export function messagesOf({ timeline }: OpenConversation): readonly MessageFactsFragment[] {
  return (timeline?.edges ?? [])
    .map(({ node }) => node)
    .filter((node) => node.__typename === 'Message')
    .sort((a, b) => Date.parse(a.createdAt) - Date.parse(b.createdAt));
}
